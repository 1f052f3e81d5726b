import type { AcceptedEvent, Recovery, RecoveryFilter } from '../clients/typescript/src/index.ts';
import { eventually } from './eventually.ts';
import { status, type Receiver } from './receiver.ts';
import type { System } from './system.ts';

/**
 * Emits URPA events that the receiver refuses and waits until all have failed; then the receiver accepts everything. The webhook
 * makes one attempt per delivery. Returns the ids of the deliveries, oldest first.
 */
export async function makeFailures(
  system: System,
  receiver: Receiver,
  count: number,
  event = 'activity.created',
): Promise<string[]> {
  receiver.answer(status(500));
  const events = Array.from({ length: count }, () => ({ event, data: { id: '1' } }));
  const results = await system.client.owner('urpa').events.emitBatch(events);
  const ids = (results as AcceptedEvent[]).map(({ deliveries }) => deliveries[0]!.id);
  await eventually(async () => (await countStatus(system, 'failed', ids)) === count, 60_000);
  receiver.arrivals.length = 0;
  receiver.answer(status(200));
  return ids.toSorted();
}

/** Deliveries of such a webhook fail after their first attempt. */
export const ONE_ATTEMPT = { retry_policy: { maximum_attempts: 1 } };

export async function countStatus(system: System, wanted: string, ids: string[]): Promise<number> {
  const text = 'select count(*)::int as n from deliveries where id = any($1::uuid[]) and status = $2';
  return (await system.sql(text, [ids, wanted]))[0]!['n'] as number;
}

/** The ids of the deliveries that arrived, sorted, with duplicates. */
export function arrived(receiver: Receiver): string[] {
  return receiver.arrivals.map((arrival) => arrival.headers['webhook-id'] as string).toSorted();
}

export const RETRY_ALL = '/api/urpa/webhooks/events/retry';
export const RECOVERIES = '/api/urpa/recoveries';

/** Something matched, so it has a workflow. */
type StartedRecovery = Recovery & { workflow_id: string };

export async function startRecovery(
  system: System,
  input: { filter: RecoveryFilter; rate?: number },
): Promise<StartedRecovery> {
  return (await system.client.owner('urpa').recoveries.start(input)) as StartedRecovery;
}

/** Waits until a recovery is in this state. */
export async function recoveryReaches(
  system: System,
  id: string,
  state: string,
  limitMs?: number,
): Promise<StartedRecovery> {
  return await eventually(async () => {
    const recovery = await system.client.urpa.recoveries.get(id);
    if (recovery.state !== state) throw new Error(`not ${state}: ${JSON.stringify(recovery)}`);
    return recovery as StartedRecovery;
  }, limitMs);
}
