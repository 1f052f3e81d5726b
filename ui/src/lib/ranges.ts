import type { Range } from '../../../core/contracts/dashboard/overview.ts';

/** The selectable time ranges. Each ends now. */
export const RANGES: readonly { value: Range; label: string; name: string; seconds: number }[] = [
  { value: '15m', label: '15 min', name: 'Last 15 minutes', seconds: 15 * 60 },
  { value: '1h', label: '1 h', name: 'Last hour', seconds: 3600 },
  { value: '6h', label: '6 h', name: 'Last 6 hours', seconds: 6 * 3600 },
  { value: '24h', label: '24 h', name: 'Last 24 hours', seconds: 24 * 3600 },
  { value: '7d', label: '7 d', name: 'Last 7 days', seconds: 7 * 86_400 },
  { value: '30d', label: '30 d', name: 'Last 30 days', seconds: 30 * 86_400 },
];

export const DEFAULT_RANGE = '24h';

export const RANGE_VALUES: readonly Range[] = RANGES.map(({ value }) => value);
