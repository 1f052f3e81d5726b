const FORM = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(?:(Z)|([+-])(\d\d):(\d\d))$/;

/**
 * An ISO 8601 date-time in UTC, its fraction as it was sent; null for what is none, or has no zone. `Z` comes back unchanged.
 */
export function readTimestamp(text: string): string | null {
  const [, date, time, fraction = '', zulu, sign, hours, minutes] = FORM.exec(text) ?? [];
  const instant = Date.parse(`${date}T${time}Z`);
  // Date.parse takes the 31st of a short month, and 24:00:00, for the day after.
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 19) !== `${date}T${time}`) return null;
  if (zulu) return text;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  const utc = new Date(sign === '-' ? instant + offset : instant - offset).toISOString();
  return /^\d{4}-/.test(utc) ? `${utc.slice(0, 19)}${fraction}Z` : null;
}

/** Now, to the second. */
export function currentTimestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
