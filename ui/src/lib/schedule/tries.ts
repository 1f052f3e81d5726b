import { allDelays, SECONDS_PER_UNIT } from '../../../../core/domain/schedule.ts';
import { scheduleOf, type RetryPolicy } from '../../../../core/options/retry-policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time of each attempt in milliseconds after the first, if every attempt fails at once. */
export function triesOf(policy: RetryPolicy): number[] {
  const schedule = scheduleOf(policy);
  const tries = [0];
  for (const delay of allDelays(schedule, SECONDS_PER_UNIT * 1000)) tries.push(tries.at(-1)! + delay);
  return tries;
}

/** Formats the times: "0:02" in hours and minutes, with seconds if any time has them, "2 d 4:30" after a day. */
export function writeTries(tries: readonly number[]): string[] {
  const seconds = tries.some((at) => at % MINUTE !== 0);
  return tries.map((at) => {
    const days = Math.floor(at / DAY);
    const parts = [Math.floor((at % DAY) / HOUR), pad(Math.floor((at % HOUR) / MINUTE))];
    if (seconds) parts.push(pad(Math.floor((at % MINUTE) / 1000)));
    return `${days === 0 ? '' : `${days} d `}${parts.join(':')}`;
  });
}

/** The format of the times: "h:mm:ss" if any of them has seconds, otherwise "h:mm". */
export function formatOf(tries: readonly number[]): string {
  return tries.some((at) => at % MINUTE !== 0) ? 'h:mm:ss' : 'h:mm';
}

function pad(part: number): string {
  return String(part).padStart(2, '0');
}
