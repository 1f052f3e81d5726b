import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../core/db/listener.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { openLive } from '../live.ts';
import { startProxy, type Proxy } from '../proxy.ts';
import { startReceiver } from '../receiver.ts';
import { System } from '../system.ts';

let database: TestDatabase;
let proxy: Proxy;
beforeAll(async () => {
  database = await createDatabase();
  proxy = await startProxy(database.url);
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

test('a silent connection is replaced, and its user is told that notifications may be missing', async () => {
  const heard: string[] = [];
  const listener = listen({
    databaseUrl: proxy.url,
    channels: ['news'],
    onNotify: (_channel, payload) => void heard.push(payload),
    log: pino({ level: 'silent' }),
    silenceMs: 200,
  });
  await eventually(() => heard.length === 1);
  proxy.strand();
  await eventually(() => heard.length === 2);
  await database.query(`notify news, 'after'`);
  await eventually(() => heard.length === 3);
  expect(heard).toEqual(['', '', 'after']);
  await listener.close();
});

const MALFORMED = ['garbage', 'null', '[]', '{"id":"x"}', '{"id":"x","owners":[null]}', '{"id":"x\\n","owners":[]}'];

test('malformed notifications are logged and change nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-notices-'));
  const log = join(folder, 'log');
  const [system, receiver] = await Promise.all([System.start({ log: openSync(log, 'w') }), startReceiver()]);
  try {
    await system.register(receiver.url);
    const live = await openLive(`${system.apiUrl}/api/dashboard/live`, { authorization: `Bearer ${system.adminKey}` });
    for (const channel of ['changes', 'due', 'keys', 'recoveries', 'webhook_states']) {
      for (const payload of MALFORMED) await system.sql('select pg_notify($1, $2)', [`posthorn_${channel}`, payload]);
    }
    const [id] = await system.emit();
    await live.hears(id!);
    await system.reaches(id!, 'delivered');
    live.close();
    expect([system.api, ...system.workers].map(({ exitCode }) => exitCode)).toEqual([null, null]);
    const lines = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.includes('notice'));
    // Repeated messages are counted and logged ten seconds later.
    const told = lines.filter((line) => !line.includes('"repeated"'));
    expect(told).toHaveLength(1);
    expect(JSON.parse(told[0]!)).toMatchObject({ process: 'api', channel: 'posthorn_changes' });
  } finally {
    await Promise.all([system.stop(), receiver.close()]);
    rmSync(folder, { recursive: true });
  }
});
