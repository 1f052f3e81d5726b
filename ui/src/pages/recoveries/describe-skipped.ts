import type { Recovery } from '../../../../core/contracts/recovery.ts';
import { formatCount } from '../../lib/number-format.ts';

const REASONS: Record<keyof Recovery['skipped_reasons'], string> = {
  webhook_deleted: 'webhook deleted',
  webhook_inactive: 'webhook turned off',
  webhook_paused: 'webhook paused',
  in_flight: 'in flight',
  event_expired: 'past the retention',
};

/** "15 skipped (12 webhook paused, 3 in flight)"; empty if there are none. */
export function describeSkipped(reasons: Recovery['skipped_reasons']): string {
  const given = Object.entries(reasons).filter(([, count]) => count > 0);
  if (given.length === 0) return '';
  const total = given.reduce((sum, [, count]) => sum + count, 0);
  const each = given.map(([reason, count]) => `${formatCount(count)} ${REASONS[reason as keyof typeof REASONS]}`);
  return `${formatCount(total)} skipped (${each.join(', ')})`;
}
