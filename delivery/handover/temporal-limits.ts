/**
 * Limits of a self-hosted Temporal server's defaults; Temporal Cloud's are the same or stricter. Temporal refuses larger requests
 * with InvalidArgument every time, so requests stay below these limits.
 */

/** Bytes of one search attribute's JSON; the server takes 2,048. */
const SEARCH_ATTRIBUTE_BYTES = 2_000;
/** Bytes of a workflow's summary; the server takes 400. */
const SUMMARY_BYTES = 300;

/**
 * The distinct values, in order, that fit together in one search attribute of type KeywordList. Empty values and values that do not fit
 * are omitted.
 */
export function fittingKeywords(values: Iterable<string>): string[] {
  const kept: string[] = [];
  let bytes = '[]'.length;
  for (const value of new Set(values)) {
    const size = Buffer.byteLength(JSON.stringify(value)) + ','.length;
    if (value === '' || bytes + size > SEARCH_ATTRIBUTE_BYTES) continue;
    bytes += size;
    kept.push(value);
  }
  return kept;
}

/** The summary, cut where it would be too long. */
export function fittingSummary(text: string): string {
  if (Buffer.byteLength(text) <= SUMMARY_BYTES) return text;
  return `${Buffer.from(text)
    .subarray(0, SUMMARY_BYTES - 3)
    .toString()
    .replace(/\uFFFD$/, '')}…`;
}
