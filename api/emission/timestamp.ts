const FORM =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d{1,9})?(?:(Z)|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
/** Every month has at least this many days. */
const SHORTEST_MONTH = 28;

/**
 * Converts an ISO 8601 date-time to UTC and keeps its fraction; null if it is invalid or has no zone. Returns a time with `Z` unchanged.
 */
export function readTimestamp(text: string): string | null {
  const found = FORM.exec(text);
  if (!found) return null;
  const [, date, day, time, fraction = '', zulu, sign, hours, minutes] = found;
  if (Number(day) > SHORTEST_MONTH && !isInCalendar(date!)) return null;
  if (zulu) return text;
  const instant = Date.parse(`${date}T${time}Z`);
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  const utc = new Date(sign === '-' ? instant + offset : instant - offset).toISOString();
  return /^\d{4}-/.test(utc) ? `${utc.slice(0, 19)}${fraction}Z` : null;
}

/** Date.parse turns the 31st of a short month into the next day. */
function isInCalendar(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

/** The current time, to the second. */
export function currentTimestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
