const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const RELATIVE_STEPS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
] as const;

/** "3 min ago", "in 2 h", "just now"; whole units only. */
export function formatRelative(at: Date, now: Date): string {
  const difference = at.getTime() - now.getTime();
  const size = Math.abs(difference);
  if (size < 5 * SECOND) return difference > SECOND ? 'in a moment' : 'just now';
  const [length, unit] = RELATIVE_STEPS.find(([step]) => size >= step)!;
  const amount = `${Math.floor(size / length)} ${unit}`;
  return difference > 0 ? `in ${amount}` : `${amount} ago`;
}

/** A countdown: "1:02:05", "4:07", "0:09"; "0:00" at the end. */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / SECOND));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const padded = String(rest).padStart(2, '0');
  if (hours === 0) return `${minutes}:${padded}`;
  return `${hours}:${String(minutes).padStart(2, '0')}:${padded}`;
}

/** A duration: "8 ms", "1.25 s", "2 min 5 s", "3 h 12 min", "2 d 4 h". */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 10 && !Number.isInteger(ms)) return `${ms.toFixed(1)} ms`;
  if (Math.round(ms) < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${trimZeros((ms / SECOND).toFixed(2))} s`;
  if (Math.round(ms / SECOND) < 60) return `${Math.round(ms / SECOND)} s`;
  if (Math.round(ms / SECOND) < 3600) return join(Math.round(ms / SECOND), 60, 'min', 's');
  if (Math.round(ms / MINUTE) < 24 * 60) return join(Math.round(ms / MINUTE), 60, 'h', 'min');
  return join(Math.round(ms / HOUR), 24, 'd', 'h');
}

/** The exact time: "2026-01-22 10:30:00.123 UTC". */
export function formatUtc(at: Date): string {
  return `${at.toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

export interface ClockOptions {
  /** An IANA name; default: the browser's. */
  timeZone?: string | undefined;
  now: Date;
}

/** A local time: "10:30:00" today, "22 Jan, 10:30:00" earlier, with the year if it is not the current one. */
export function formatClock(at: Date, { timeZone, now }: ClockOptions): string {
  const parts = (date: Date) => {
    const format = new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: 'short', day: 'numeric' });
    return Object.fromEntries(format.formatToParts(date).map(({ type, value }) => [type, value]));
  };
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(at);
  const [then, today] = [parts(at), parts(now)];
  const date = `${then['day']} ${then['month']}`;
  if (then['year'] !== today['year']) return `${date} ${then['year']}, ${time}`;
  return date === `${today['day']} ${today['month']}` ? time : `${date}, ${time}`;
}

/** A time span: "10:15 – 10:30", "22 Jan, 23:45 – 23 Jan, 00:00"; with seconds only if it is shorter than a minute. */
export function formatSpan(begin: Date, end: Date, options: ClockOptions): string {
  const short = (text: string) => (end.getTime() - begin.getTime() < MINUTE ? text : text.replace(/:\d\d$/, ''));
  const [first, last] = [begin, end].map((at) => short(formatClock(at, options)));
  const [date, time] = last!.split(', ');
  const sameDay = time !== undefined && first!.startsWith(`${date}, `);
  return `${first} – ${sameDay ? time : last}`;
}

function join(amount: number, per: number, large: string, small: string): string {
  const rest = amount % per;
  return `${Math.floor(amount / per)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

function trimZeros(text: string): string {
  return text.replace(/\.?0+$/, '');
}
