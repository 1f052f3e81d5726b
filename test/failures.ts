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
  const ids: string[] = [];
  for (let left = count; left > 0; left -= 1_000) {
    const events = Array.from({ length: Math.min(left, 1_000) }, () => ({ event, data: { id: '1' } }));
    const { body } = await system.call('POST', '/api/urpa/events/batch', { events });
    for (const result of body.results as { deliveries: { id: string }[] }[]) ids.push(result.deliveries[0]!.id);
  }
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

export interface Recovery {
  id: string;
  state: string;
  matched: number;
  retried: number;
  skipped: number;
  workflow_id: string;
}

export async function startRecovery(system: System, body: unknown): Promise<Recovery> {
  const answer = await system.call('POST', RETRY_ALL, body);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/** Waits until a recovery is in this state. */
export async function recoveryReaches(system: System, id: string, state: string, limitMs?: number): Promise<Recovery> {
  return await eventually(async () => {
    const { body } = await system.call('GET', `${RECOVERIES}/${id}`);
    if (body.state !== state) throw new Error(`${id} is ${body.state}, not ${state}: ${JSON.stringify(body)}`);
    return body as Recovery;
  }, limitMs);
}
