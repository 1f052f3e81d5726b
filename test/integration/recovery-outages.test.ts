import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startEmbedded, type EmbeddedStack } from '../../bin/embedded/stack.ts';
import { eventually } from '../eventually.ts';
import { arrived, makeFailures, ONE_ATTEMPT, RECOVERIES, recoveryReaches, startRecovery } from '../failures.ts';
import { expectDelivered, pause } from '../load.ts';
import { expectManageable } from '../management.ts';
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
  await system.register(receiver.url, ONE_ATTEMPT);
});
afterEach(() => expectManageable(system));
afterEach(() => system.sql(`update deliveries set failed_at = null, status = 'delivered' where failed_at is not null`));
afterAll(async () => {
  await system.stop();
  await receiver.close();
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const progress = async (id: string) => (await system.call('GET', `${RECOVERIES}/${id}`)).body;

function pidOf(name: string): number {
  return Number(readFileSync(join(folder, 'run', `${name}.pid`), 'utf8').split(' ')[0]);
}

test('a recovery requested while Temporal is away starts when it is back', async () => {
  const wanted = await makeFailures(system, receiver, 100);
  const temporal = pidOf('temporal');
  process.kill(temporal, 'SIGSTOP');
  const { id } = await startRecovery(system, { filter: {} });
  await system.call('POST', `${RECOVERIES}/${id}/pause`);
  await system.call('POST', `${RECOVERIES}/${id}/resume`);
  await pause(3_000);
  expect(await progress(id)).toMatchObject({ state: 'running', matched: 100, retried: 0 });
  process.kill(temporal, 'SIGCONT');
  expect(await recoveryReaches(system, id, 'completed', 40_000)).toMatchObject({ retried: 100 });
  await expectDelivered(system, receiver, wanted, 20_000);
  expect(arrived(receiver)).toEqual(wanted);
});

test('kill -9 of Temporal during a recovery: it continues, and each delivery arrives once', async () => {
  const wanted = await makeFailures(system, receiver, 600);
  const { id } = await startRecovery(system, { filter: {}, rate: 100 });
  await eventually(async () => (await progress(id)).retried >= 200);
  process.kill(pidOf('temporal'), 'SIGKILL');
  expect(await recoveryReaches(system, id, 'completed', 55_000)).toMatchObject({ retried: 600, skipped: 0 });
  await expectDelivered(system, receiver, wanted, 20_000);
  expect(arrived(receiver)).toEqual(wanted);
});

test('kill -9 of PostgreSQL during a recovery: it continues and skips nothing', async () => {
  const wanted = await makeFailures(system, receiver, 600);
  const { id } = await startRecovery(system, { filter: {}, rate: 100 });
  await eventually(async () => (await progress(id)).retried >= 200);
  process.kill(pidOf('postgres'), 'SIGKILL');
  await eventually(async () => (await progress(id)).state === 'running');
  expect(await recoveryReaches(system, id, 'completed', 40_000)).toMatchObject({ retried: 600, skipped: 0 });
  await expectDelivered(system, receiver, wanted, 30_000);
  expect(new Set(arrived(receiver))).toEqual(new Set(wanted));
});
