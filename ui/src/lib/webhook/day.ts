import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { formatCount, formatPlural } from '../number-format.ts';
import { formatSpan, type ClockOptions } from '../time/format.ts';

export type Hour = DashboardWebhook['last_24h'][number];

const HOUR_MS = 3_600_000;

/** What is there is seen, however small its share. */
const SMALLEST_HEIGHT = 2;

export interface HourBar {
  /** Above the base line, in pixels. */
  up: number;
  /** Below it. */
  down: number;
}

/**
 * The bars of a day in `height` pixels: what was delivered stands on the base line, failed attempts hang below it. Both are to
 * the same scale, which the hour with most fills; the parts above and below share the height as their longest bars do.
 */
export function layOutDay(hours: readonly Hour[], height: number): { base: number; bars: HourBar[] } {
  const mostUp = Math.max(0, ...hours.map(({ delivered }) => delivered));
  const mostDown = Math.max(0, ...hours.map(({ failed_attempts }) => failed_attempts));
  const most = mostUp + mostDown;
  const length = (count: number) => (count === 0 ? 0 : Math.max(SMALLEST_HEIGHT, (count / most) * height));
  const below = mostDown === 0 ? 0 : Math.min(height - (mostUp === 0 ? 0 : SMALLEST_HEIGHT), length(mostDown));
  const base = height - below;
  const bars = hours.map((hour) => ({
    up: Math.min(base, length(hour.delivered)),
    down: Math.min(below, length(hour.failed_attempts)),
  }));
  return { base, bars };
}

/** "14:00 – 15:00: 12 delivered, 3 failed attempts". */
export function describeHour({ at, delivered, failed_attempts }: Hour, options: ClockOptions): string {
  const begin = new Date(at);
  const span = formatSpan(begin, new Date(begin.getTime() + HOUR_MS), options);
  return `${span}: ${describeCounts(delivered, failed_attempts)}`;
}

/** A whole day in a sentence, for those who do not see the bars. */
export function describeDay(hours: readonly Hour[], options: ClockOptions): string {
  const { delivered, failed } = sumDay(hours);
  if (delivered + failed === 0) return 'Last 24 hours: no attempts';
  const worst = hours.reduce((worse, hour) => (hour.failed_attempts > worse.failed_attempts ? hour : worse));
  const most = failed === 0 ? '' : `; most failed at ${describeHour(worst, options)}`;
  return `Last 24 hours: ${describeCounts(delivered, failed)}${most}`;
}

export function sumDay(hours: readonly Hour[]): { delivered: number; failed: number } {
  return {
    delivered: hours.reduce((sum, hour) => sum + hour.delivered, 0),
    failed: hours.reduce((sum, hour) => sum + hour.failed_attempts, 0),
  };
}

function describeCounts(delivered: number, failed: number): string {
  return `${formatCount(delivered)} delivered, ${formatPlural(failed, 'failed attempt')}`;
}
