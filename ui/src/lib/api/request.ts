import { BASE } from '../portal/base.ts';
import { ApiError, readProblem } from './problem.ts';

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

/**
 * `fetch` for paths of this API, with the session cookie. In a portal, the paths are below that of the portal.
 * @throws ApiError for every response that is not a success, and if there is no response
 */
export async function fetchApi(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(typeof input === 'string' ? BASE + input : input, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'offline', 'The API cannot be reached.');
  }
  if (response.ok) {
    if (init?.method !== undefined && init.method !== 'GET') onActed();
    return response;
  }
  const problem = await readProblem(response);
  if (problem.status === 401) onSignedOut();
  throw problem;
}

export type Query = Readonly<Record<string, string | number | null | undefined>>;

interface Call {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
}

/** Sends a request to a platform-specific path and parses the JSON response. */
export async function send<Answer>(method: string, path: string, call: Call = {}): Promise<Answer> {
  const { query = {}, body, signal } = call;
  const response = await fetchApi(path + writeQuery(query), {
    method,
    ...(signal && { signal }),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer;
}

function writeQuery(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
