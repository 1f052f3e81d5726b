import type { DashboardEvent } from '../../../../core/contracts/dashboard/events.ts';
import type { LiveChange } from '../../../../core/contracts/dashboard/operation.ts';

/**
 * The events that a change may affect; null if none. A change names deliveries, not events, so these are all events with deliveries
 * that have not ended. A new event without deliveries appears only as a change of the overview.
 */
export function touchedEvents(change: LiveChange, rows: readonly DashboardEvent[]): string[] | null {
  if (change.deliveries.length === 0 && !change.more_deliveries && !change.overview) return null;
  const open = rows.filter(({ deliveries: { pending, retrying, held } }) => pending + retrying + held > 0);
  return open.map(({ id }) => id);
}
