/** How often a request is repeated that was not answered, or answered with 429 or 503. */
export interface Retries {
  /** Requests in all; default 5. */
  tries: number;
  /** Milliseconds; default 200. Doubles with each try, plus or minus a quarter. A longer `Retry-After` of the answer takes precedence. */
  firstPauseMs: number;
  /** Milliseconds; default 30,000. The longest pause, also for `Retry-After`. */
  longestPauseMs: number;
}

export const DEFAULT_RETRIES: Retries = { tries: 5, firstPauseMs: 200, longestPauseMs: 30_000 };

/** The pause after the try with this number, which counts from 1, in milliseconds. */
export function pauseAfter(
  { firstPauseMs, longestPauseMs }: Retries,
  number: number,
  retryAfterMs: number,
  random = Math.random(),
): number {
  const backoff = firstPauseMs * 2 ** (number - 1) * (0.75 + random / 2);
  return Math.min(longestPauseMs, Math.max(backoff, retryAfterMs));
}

/** The milliseconds that a `Retry-After` names, by seconds or by a date; 0 if it names none. */
export function readRetryAfter(header: string | null, now = Date.now()): number {
  if (header === null) return 0;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

/** @throws the signal's reason once it is aborted */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
