import { MOST_COUNTED, type Counted } from '../../../core/domain/counted.ts';

const whole = new Intl.NumberFormat('en-GB');
const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });

/** "12,345". */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** "12,345", or if the count is not exact "12 or more" or "more than 10,000". */
export function formatCounted({ count, exact }: Counted): string {
  if (exact) return formatCount(count);
  return count >= MOST_COUNTED ? `more than ${formatCount(count)}` : `${formatCount(count)} or more`;
}

/** "1,234", "12.3K", "4M": the compact form. */
export function formatCompact(count: number): string {
  return count < 10_000 ? whole.format(count) : compact.format(count).toUpperCase();
}

/** "99.9 %". Rounds to 0 % or 100 % only if the share is exactly that. */
export function formatShare(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  const percent = Math.min(99.9, Math.max(0.1, Math.floor(share * 1000) / 10));
  return `${percent.toFixed(1)} %`;
}

/** "1 delivery", "more than 10,000 deliveries". */
export function formatCountedPlural(counted: Counted, one: string, many = `${one}s`): string {
  return `${formatCounted(counted)} ${counted.exact && counted.count === 1 ? one : many}`;
}

/** "1 delivery", "12 deliveries". */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
