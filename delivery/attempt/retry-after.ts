const SECONDS = /^\d+$/;
/** An IMF-fixdate, RFC 850 or asctime date (RFC 9110, 5.6.7) begins with the name of a day; Date.parse alone accepts much more. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

/**
 * Milliseconds from `now` that a `Retry-After` asks for (RFC 9110, 10.2.3): seconds or an HTTP date. 0 when the date is past, null
 * when there is none or it is malformed.
 */
export function parseRetryAfter(value: string | undefined, now: Date): number | null {
  const text = value?.trim() ?? '';
  if (SECONDS.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  if (!HTTP_DATE.test(text)) return null;
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? null : Math.max(0, time - now.getTime());
}
