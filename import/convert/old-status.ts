import type { OldRow } from '../sources/source.ts';

/** `open`: the old system was still to send it. */
export const OLD_STATUSES = ['open', 'delivered', 'failed', 'cancelled'] as const;
export type OldStatus = (typeof OLD_STATUSES)[number];

const MEANINGS = new Map<string, OldStatus>([
  ...['pending', 'queued', 'retrying', 'processing', 'sending', 'open', 'held'].map((name) => [name, 'open'] as const),
  ...['delivered', 'success', 'succeeded', 'sent', 'completed'].map((name) => [name, 'delivered'] as const),
  ...['failed', 'exhausted', 'dead', 'permanently_failed'].map((name) => [name, 'failed'] as const),
  ...['cancelled', 'canceled', 'skipped'].map((name) => [name, 'cancelled'] as const),
]);

/** A failed delivery with attempts left in the old schedule. */
const OLD_MAXIMUM = 6;

/** Null: unknown. `failed` with a next attempt means that it was to be retried. */
export function readStatus(
  row: OldRow,
  { attempts, hasNext }: { attempts: number; hasNext: boolean },
  given: ReadonlyMap<string, OldStatus>,
): OldStatus | null {
  const name = (row['status'] ?? '').trim().toLowerCase();
  const status = given.get(name) ?? MEANINGS.get(name) ?? null;
  return status === 'failed' && hasNext && attempts < OLD_MAXIMUM ? 'open' : status;
}
