const ISO_TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

export type Part = { text: string } | { at: string };

/** Splits a sentence from the API at its times (ISO 8601, UTC), so that these can be shown in the local time zone. */
export function splitTimes(sentence: string): Part[] {
  return sentence
    .split(ISO_TIME)
    .map((part, index) => (index % 2 === 1 ? { at: part } : { text: part }))
    .filter((part) => !('text' in part) || part.text !== '');
}
