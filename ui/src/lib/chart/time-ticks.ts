const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE]
  .concat([HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR])
  .concat([DAY, 2 * DAY, 5 * DAY, 10 * DAY]);

export interface TimeTick {
  at: Date;
  label: string;
}

/**
 * Round times in the zone between two moments, at most `most` of them. Days are labelled "22 Jan", times "10:30".
 * @param timeZone an IANA name; default: the browser's
 */
export function timeTicks(from: Date, to: Date, most: number, timeZone?: string): TimeTick[] {
  const length = to.getTime() - from.getTime();
  const step = STEPS.find((each) => length / each <= most) ?? STEPS.at(-1)!;
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone, ...options });
  const day = format({ day: 'numeric', month: 'short' });
  const time = format({ hour: '2-digit', minute: '2-digit' });
  // Uses the offset at the start throughout; ticks after a daylight saving change are one hour off.
  const offset = zoneOffset(from, timeZone);
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil((from.getTime() + offset) / step) * step - offset; at <= to.getTime(); at += step) {
    const date = new Date(at);
    const midnight = (at + offset) % DAY === 0;
    ticks.push({ at: date, label: midnight ? day.format(date) : time.format(date) });
  }
  return ticks;
}

function zoneOffset(at: Date, timeZone: string | undefined): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(at);
  const get = (type: string) => Number(parts.find((part) => part.type === type)!.value);
  const wall = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
  return Math.round((wall - at.getTime()) / MINUTE) * MINUTE;
}
