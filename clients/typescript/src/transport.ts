import { ApiError, ConnectionError, PosthornError } from './errors.ts';
import { pause, pauseAfter, readRetryAfter, type Retries } from './retries.ts';
import type { RequestOptions } from './types.ts';

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export interface TransportSettings {
  url: string;
  key: string | null;
  timeoutMs: number;
  retries: Retries;
  fetch: typeof fetch;
}

export interface Request {
  method: string;
  /** From the root of Posthorn, with its query. */
  path: string;
  /** JSON. */
  body?: string | undefined;
  headers?: Record<string, string>;
  /** Whether sending it twice does the same as once. Otherwise it is repeated only after a 429, which says that it was not executed. */
  repeatable: boolean;
  /** A status that is not an error although it is none of 2xx. */
  alsoFine?: number;
}

interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

/** Sends JSON requests, and repeats those that may be repeated. */
export class Transport {
  private readonly settings: TransportSettings;

  constructor(settings: TransportSettings) {
    this.settings = settings;
  }

  /**
   * Returns the decoded answer: JSON, or text if it is `text/plain`; undefined if it is empty.
   * @throws ApiError, ConnectionError, the reason of the signal, or TypeError if a header or the timeout is not valid
   */
  async send(request: Request, options: RequestOptions = {}): Promise<unknown> {
    const { signal, timeoutMs = this.settings.timeoutMs, onHeaders } = options;
    const { retries } = this.settings;
    requireTimeout(timeoutMs);
    let isRepetition = false;
    for (let number = 1; ; number++) {
      const isLast = number >= retries.tries;
      let retryAfterMs = 0;
      try {
        const reply = await this.ask(request, timeoutMs, signal);
        if (isSuccess(reply.status) || reply.status === request.alsoFine) {
          onHeaders?.(reply.headers);
          return decode(reply);
        }
        // The first try may have deleted it.
        if (isRepetition && request.method === 'DELETE' && reply.status === 404) return undefined;
        if (isLast || !isRepeated(reply.status, request)) throw refusal(reply);
        retryAfterMs = readRetryAfter(reply.headers.get('retry-after'));
      } catch (error) {
        if (isLast || !request.repeatable || !(error instanceof ConnectionError)) throw error;
        isRepetition = true;
      }
      await pause(pauseAfter(retries, number, retryAfterMs), signal);
    }
  }

  private async ask(request: Request, timeoutMs: number, signal: AbortSignal | undefined): Promise<Reply> {
    signal?.throwIfAborted();
    const { url, key, fetch } = this.settings;
    const headers = new Headers(request.headers);
    if (key !== null) headers.set('Authorization', `Bearer ${key}`);
    if (request.body !== undefined) headers.set('Content-Type', 'application/json');
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, timeoutMs);
    signal?.addEventListener('abort', abort);
    try {
      const response = await fetch(url + request.path, {
        method: request.method,
        headers,
        ...(request.body !== undefined && { body: request.body }),
        // A redirect would turn a POST into a GET.
        redirect: 'manual',
        signal: controller.signal,
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (cause) {
      signal?.throwIfAborted();
      const why = controller.signal.aborted ? ` within ${timeoutMs} ms` : `: ${describe(cause)}`;
      throw new ConnectionError(`${url} did not answer${why}`, { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** @throws TypeError for what a timer cannot wait */
export function requireTimeout(ms: number): void {
  if (!(ms >= 1 && ms <= LONGEST_TIMEOUT_MS)) throw new TypeError(`timeoutMs must be 1 to ${LONGEST_TIMEOUT_MS}`);
}

/** In a browser, a redirect has the status 0. */
function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function isRepeated(status: number, { repeatable }: Request): boolean {
  return status === 429 || (repeatable && status === 503);
}

/** `fetch failed` says less than its cause. */
function describe(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}

function decode({ headers, text }: Reply): unknown {
  if (text === '') return undefined;
  const type = headers.get('content-type') ?? '';
  if (type.startsWith('text/plain')) return text;
  const value = parse(text);
  if (value === undefined) throw new PosthornError('The answer is not JSON. Is this the address of Posthorn?');
  return value;
}

function refusal({ status, headers, text }: Reply): ApiError {
  return new ApiError(status, headers.get('x-request-id'), parse(text));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
