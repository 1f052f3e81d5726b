import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbedded, type EmbeddedStack } from '../../bin/embedded/stack.ts';
import { eventually } from '../eventually.ts';
import { expectDelivered, pause, startLoad } from '../load.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

let folder: string;
let stack: EmbeddedStack;
let system: System;
let receiver: Receiver;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-test-outages-'));
  stack = await startEmbedded({ dataDir: folder, say: () => {} });
  [system, receiver] = await Promise.all([System.start({ stack }), startReceiver()]);
  await system.register(receiver.url);
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

test('while Temporal is away every emit gets its 202, and all of it arrives afterwards', async () => {
  const temporal = pidOf('temporal');
  process.kill(temporal, 'SIGSTOP');
  const emitting = startLoad(system, 50);
  await pause(5_000);
  const ids = await emitting.stop();
  process.kill(temporal, 'SIGCONT');
  expect(emitting.refused).toEqual([]);
  expect(ids.length).toBeGreaterThan(100);
  await expectDelivered(system, receiver, ids, 20_000);
  await eventually(async () => {
    const handle = (await system.temporal()).workflow.getHandle((await system.delivery(ids[0]!)).workflow_id!);
    return (await handle.describe()).status.name === 'COMPLETED';
  }, 30_000);
});

test('kill -9 of Temporal under load loses nothing', async () => {
  const emitting = startLoad(system, 50);
  await pause(1_000);
  process.kill(pidOf('temporal'), 'SIGKILL');
  await pause(3_000);
  const ids = await emitting.stop();
  expect(emitting.refused).toEqual([]);
  await expectDelivered(system, receiver, ids, 30_000);
});

test('kill -9 of PostgreSQL under load: emits are refused at once, and nothing accepted is lost', async () => {
  const emitting = startLoad(system, 50);
  await pause(1_000);
  process.kill(pidOf('postgres'), 'SIGKILL');
  await pause(4_000);
  const ids = await emitting.stop();
  expect(new Set(emitting.refused)).toEqual(new Set([503]));
  await expectDelivered(system, receiver, ids, 30_000);
});

test('while PostgreSQL hangs an emit is a 503 with Retry-After, never a hang, and no restart is needed after', async () => {
  const backends = [pidOf('postgres'), ...childrenOf(pidOf('postgres'))];
  for (const pid of backends) signal(pid, 'SIGSTOP');
  const answer = await system.call('POST', '/api/urpa/events', { event: 'activity.created', data: { id: '1' } });
  for (const pid of backends) signal(pid, 'SIGCONT');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  const ids = await eventually(() => system.emit().catch(() => null));
  await expectDelivered(system, receiver, ids, 20_000);
});

function pidOf(name: string): number {
  return Number(readFileSync(join(folder, 'run', `${name}.pid`), 'utf8').split(' ')[0]);
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

/** A backend whose client has gone may end meanwhile. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
