import { ApiError, ConnectionError } from '../../../../clients/typescript/src/errors.ts';
import { BASE } from '../portal/base.ts';

let onSignedOut: () => void = () => undefined;
let onActed: () => void = () => undefined;

/** Sets the callback for requests that the API answers with 401. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

/** Sets the callback that runs after each request that may have changed something. */
export function whenActed(action: () => void): void {
  onActed = action;
}

/** `fetch` with the session cookie. It tells the two callbacks. */
export async function fetchOwn(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { credentials: 'same-origin', ...init });
  if (response.status === 401) onSignedOut();
  if (response.ok && init?.method !== undefined && init.method !== 'GET') onActed();
  return response;
}

/**
 * The same for paths of this API. In a portal, they are below that of the portal.
 * @throws ApiError for every response that is not a success, ConnectionError if there is none, and the reason of an aborted signal
 */
export async function fetchApi(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetchOwn(typeof input === 'string' ? BASE + input : input, init);
  } catch (cause) {
    init?.signal?.throwIfAborted();
    throw new ConnectionError('no answer', { cause });
  }
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => undefined);
  throw new ApiError(response.status, response.headers.get('x-request-id'), answer);
}
