import { once } from 'node:events';
import { eventually } from '../eventually.ts';
import { pause } from '../load.ts';
import { status, type Receiver } from '../receiver.ts';
import type { System } from '../system.ts';
import { saveHistory } from './files.ts';

/** Records every path of the delivery workflow. Stops one of the system's two workers. */
export async function recordDeliveries(system: System, receiver: Receiver): Promise<void> {
  const webhook = await system.register(receiver.url);
  await recordSingles(system, receiver);
  await recordGroups(system, receiver);
  await system.call('DELETE', `/api/urpa/integrations/webhooks/${webhook.id}`);
  await recordStop(system, receiver);
  await recordMaintenance(system);
}

async function recordSingles(system: System, receiver: Receiver): Promise<void> {
  const delivered = await emitOne(system);
  await finish(system, 'deliver-noted', delivered, 'delivered');

  receiver.answer(status(500));
  const woken = await emitOne(system);
  await system.reaches(woken, 'retrying');
  receiver.answer(status(200));
  await system.retry(woken);
  await finish(system, 'deliver-woken', woken, 'delivered');

  receiver.answer(status(500));
  const [failed, cancelled] = [await emitOne(system), await emitOne(system)];
  await system.reaches(cancelled, 'retrying');
  const handle = (await system.temporal()).workflow.getHandle(cancelled);
  await eventually(() => handle.cancel().then(() => true));
  await finish(system, 'deliver-cancelled', cancelled, 'cancelled');
  await finish(system, 'deliver-failed', failed, 'failed', 60_000);
}

/** `Retry-After` makes some members of a group due later than the schedule, so they leave the group. */
async function recordGroups(system: System, receiver: Receiver): Promise<void> {
  receiver.answer((arrival, response, count) => {
    const attempts = receiver.of(String(arrival.headers['webhook-id'])).length;
    if (attempts === 2 && count % 10 === 0) response.writeHead(503, { 'retry-after': '8' }).end();
    else response.writeHead(attempts === 1 || count % 3 === 0 ? 500 : 200).end();
  });
  const ids = await emitMany(system, 60);
  const ways = await eventually(async () => {
    const rows = await system.sql('select id, workflow_id, status, attempts from deliveries where id = any($1)', [ids]);
    const tried = rows.filter((row) => row['status'] === 'retrying' && Number(row['attempts']) === 2);
    const group = tried.find((row) => String(row['workflow_id']).startsWith('group-'));
    const own = tried.find((row) => row['workflow_id'] === row['id']);
    return own && group && { parted: String(own['workflow_id']), group: String(group['workflow_id']) };
  });
  receiver.answer(status(200));
  for (const id of ids) await system.reaches(id, 'delivered', 60_000);
  await ended(system, ways.group);
  await saveHistory(system, 'deliver-group', ways.group);
  await ended(system, ways.parted);
  await saveHistory(system, 'deliver-parted', ways.parted);
}

/**
 * A worker stops during an activity's last run while it waits for an attempt that the other worker has in flight. So the retry policy
 * is used up before the delivery has ended.
 */
async function recordStop(system: System, receiver: Receiver): Promise<void> {
  const webhook = await system.register(receiver.url, {
    retry_policy: { maximum_attempts: 2, initial_interval: 1_200 },
  });
  receiver.answer(status(500));
  const ids: string[] = [];
  for (let count = 0; count < 12; count++) {
    ids.push(await emitOne(system));
    // More per second would share a workflow.
    await pause(250);
  }
  const answers: (() => void)[] = [];
  receiver.answer((_arrival, response) => void answers.push(() => response.writeHead(200).end()));
  for (const id of ids) await system.retry(id);
  await eventually(() => answers.length === ids.length);
  // Waits until Temporal runs their activities, which find the attempts in flight.
  await pause(8_500);
  const worker = system.workers[0]!;
  const exited = once(worker, 'exit');
  worker.kill('SIGTERM');
  const stopped = await eventually(async () => {
    for (const id of ids) {
      const history = await (await system.temporal()).workflow.getHandle(id).fetchHistory();
      if (history.events!.some((event) => event.timerStartedEventAttributes)) return id;
    }
    return null;
  });
  for (const answer of answers) answer();
  receiver.answer(status(200));
  await exited;
  await finish(system, 'deliver-replanned', stopped, 'delivered');
  await system.call('DELETE', `/api/urpa/integrations/webhooks/${webhook.id}`);
}

async function recordMaintenance(system: System): Promise<void> {
  const { workflow } = await system.temporal();
  const { taskQueue } = system;
  await workflow.execute('maintain', { taskQueue, workflowId: 'recorded-maintenance' });
  await saveHistory(system, 'maintain', 'recorded-maintenance');
}

async function emitOne(system: System): Promise<string> {
  return (await system.emit())[0]!;
}

async function emitMany(system: System, count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () => ({ event: 'activity.created', data: { id: '1' } }));
  const { body } = await system.call('POST', '/api/urpa/events/batch', { events });
  return body.results.map((result: { deliveries: { id: string }[] }) => result.deliveries[0]!.id);
}

async function finish(system: System, name: string, id: string, wanted: string, limitMs?: number): Promise<void> {
  const { workflow_id: workflowId } = await system.reaches(id, wanted, limitMs);
  await ended(system, workflowId!);
  await saveHistory(system, name, workflowId!);
}

async function ended(system: System, workflowId: string): Promise<void> {
  const handle = (await system.temporal()).workflow.getHandle(workflowId);
  await eventually(async () => (await handle.describe()).status.name !== 'RUNNING', 60_000);
}
