import type { Session } from '../../../../core/contracts/session.ts';
import { ApiError } from '../api/problem.ts';
import { send } from '../api/request.ts';
import { cookiesWork, isFramed } from './cookies.ts';

const PATH = '/api/session';

/** The code of the error when the browser keeps no cookies here. The link was not used then. */
export const COOKIES_BLOCKED = 'cookies_blocked';

let token = window.location.hash.slice(1);

/**
 * Opens the link, if the address has its token, and reads the session. Null: it is over, or the link does not work any more.
 * @throws ApiError with the code COOKIES_BLOCKED
 */
export async function readPortalSession(): Promise<Session | null> {
  if (token !== '') await open();
  try {
    return await send<Session>('GET', PATH);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

async function open(): Promise<void> {
  if (!cookiesWork()) throw new ApiError(403, COOKIES_BLOCKED, 'This browser blocks the cookie that this page needs.');
  try {
    await send('POST', PATH, { body: { token, framed: isFramed } });
  } catch (error) {
    // A page that is loaded again may have its session already.
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
  token = '';
  history.replaceState(history.state, '', window.location.pathname + window.location.search);
}
