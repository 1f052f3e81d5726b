import type { Session } from '../../../../core/contracts/session.ts';
import { ApiError } from '../../../../clients/typescript/src/errors.ts';
import { posthorn } from '../api/client.ts';
import { cookiesWork, isFramed } from './cookies.ts';

const PATH = '/api/session';

/** The browser keeps no cookies here. The link was not used then. */
export class CookiesBlockedError extends Error {
  override readonly name = 'CookiesBlockedError';
}

let token = window.location.hash.slice(1);

/**
 * Opens the link, if the address has its token, and reads the session. Null: it is over, or the link does not work any more.
 * @throws CookiesBlockedError, ApiError, ConnectionError
 */
export async function readPortalSession(): Promise<Session | null> {
  if (token !== '') await open();
  try {
    return (await posthorn.call('GET', PATH)) as Session;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

async function open(): Promise<void> {
  if (!cookiesWork()) throw new CookiesBlockedError('This browser blocks the cookie that this page needs.');
  try {
    await posthorn.call('POST', PATH, { body: { token, framed: isFramed } });
  } catch (error) {
    // A page that is loaded again may have its session already.
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
  }
  token = '';
  history.replaceState(history.state, '', window.location.pathname + window.location.search);
}
