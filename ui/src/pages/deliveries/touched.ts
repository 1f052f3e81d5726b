import type { LiveChange } from '../../../../core/contracts/dashboard/operation.ts';

/** The deliveries that a change may affect: those it names, or all shown ones; null if none. */
export function touchedDeliveries(change: LiveChange, rows: readonly { id: string }[]): string[] | null {
  if (change.more_deliveries) return rows.map(({ id }) => id);
  return change.deliveries.length > 0 ? change.deliveries : null;
}
