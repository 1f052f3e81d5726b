import type { DashboardEvent } from '../../../../core/contracts/dashboard/events.ts';
import type { LiveChange } from '../../../../core/contracts/dashboard/operation.ts';

/**
 * The events that a change may be about. It names deliveries, so these are all whose deliveries may still change, and new
 * ones that went to nobody are in the overview alone; null for none.
 */
export function touchedEvents(change: LiveChange, rows: readonly DashboardEvent[]): string[] | null {
  if (change.deliveries.length === 0 && !change.more_deliveries && !change.overview) return null;
  const open = rows.filter(({ deliveries: { pending, retrying, held } }) => pending + retrying + held > 0);
  return open.map(({ id }) => id);
}
