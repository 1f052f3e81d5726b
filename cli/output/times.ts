import { usageError } from '../command-error.ts';

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `2h` (that long ago) or an ISO 8601 time, as ISO 8601 in UTC. @throws CommandError usage */
export function readTime(text: string, option: string): string {
  const ago = milliseconds(text);
  if (ago !== undefined) return new Date(Date.now() - ago).toISOString();
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time.getTime())) return time.toISOString();
  throw usageError(`${option} is "${text}"; it must be a time such as 2026-01-22T10:30:00Z, or 90s, 15m, 2h or 3d ago`);
}

/** Such as `12h` or `30d`, in seconds. @throws CommandError usage */
export function readSeconds(text: string, option: string): number {
  const read = milliseconds(text);
  if (read !== undefined) return read / 1000;
  throw usageError(`${option} is "${text}"; it must be like 90s, 15m, 12h or 30d`);
}

function milliseconds(text: string): number | undefined {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * UNITS[unit!]!;
}

/** The local time of day. */
export function clockTime(iso: string): string {
  return new Date(iso).toLocaleTimeString('en-GB', { hour12: false });
}

/** The local date and time. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${day.join('-')} ${clockTime(iso)}`;
}

/** `in 1 min 20 s`, or `now` where it is past. */
export function timeUntil(iso: string): string {
  const seconds = Math.round((Date.parse(iso) - Date.now()) / 1000);
  if (seconds <= 0) return 'now';
  if (seconds < 60) return `in ${seconds} s`;
  if (seconds < 3600) return `in ${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `in ${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
