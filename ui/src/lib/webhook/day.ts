import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { formatCount, formatPlural } from '../number-format.ts';
import { formatSpan, type ClockOptions } from '../time/format.ts';

export type Hour = DashboardWebhook['last_24h'][number];

const HOUR_MS = 3_600_000;

/** The minimum height in pixels of a value above 0, so that it stays visible. */
const SMALLEST_HEIGHT = 2;

export interface HourBar {
  /** Height above the base line, in pixels. */
  up: number;
  /** Height below the base line, in pixels. */
  down: number;
}

/**
 * The bars of a day in `height` pixels. Delivered counts rise from the base line, failed attempts extend below it. Both use the same
 * scale, so the base line divides the height in the ratio of the longest bars.
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

/** Summarizes a day for screen readers. */
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
