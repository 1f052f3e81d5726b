const ISO_TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

export type Part = { text: string } | { at: string };

/** A sentence of the API, cut at the times in it (ISO 8601, UTC), so that these can be shown in the reader's zone. */
export function splitTimes(sentence: string): Part[] {
  return sentence
    .split(ISO_TIME)
    .map((part, index) => (index % 2 === 1 ? { at: part } : { text: part }))
    .filter((part) => !('text' in part) || part.text !== '');
}
