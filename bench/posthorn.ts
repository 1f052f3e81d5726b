import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { choosePorts } from '../bin/embedded/ports.ts';
import { readRecord } from '../bin/embedded/process-record.ts';
import { startEmbedded } from '../bin/embedded/stack.ts';
import { runToEnd, startChild, stopChild, type Child } from './children.ts';
import { readCpu } from './cpu.ts';
import type { Target } from './target.ts';

const BASE = '/api/urpa';
/** The work behind a delivery is over when the processes together use less than this in half a second. */
const QUIET_MS = 40;
const SETTLE_LIMIT_MS = 60_000;

export interface RunningPosthorn {
  target: Target;
  stop(): Promise<void>;
}

/** Starts the whole system in the folder, as `npm start` does and with the same settings, and registers one webhook. */
export async function startPosthorn(folder: string, receiverUrl: string): Promise<RunningPosthorn> {
  const embedded = await startEmbedded({ dataDir: folder, say: () => undefined });
  const children: Child[] = [];
  const stop = async () => {
    await Promise.all(children.map(stopChild));
    await embedded.stop();
  };
  try {
    const { postgres: port } = await choosePorts({});
    const adminKey = randomBytes(24).toString('base64url');
    const env = environmentFor(embedded, port, adminKey);
    const log = (name: string) => openSync(join(folder, 'logs', `${name}.log`), 'a');
    await runToEnd('bin/migrate.ts', env, log('migrate'));
    const api = await startChild('api/server.ts', [], env, log('api'));
    children.push(api);
    const worker = await startChild('worker.ts', [], env, log('worker'));
    children.push(worker);

    const origin = `http://127.0.0.1:${port}`;
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
    await register(`${origin}${BASE}/integrations/webhooks`, headers, receiverUrl);
    const parts = { postgres: pidOf(folder, 'postgres'), temporal: pidOf(folder, 'temporal') };
    const processes = { api: api.pid, worker: worker.pid, ...parts };
    const settle = () => untilQuiet(embedded.databaseUrl, processes);
    const paths = { path: `${BASE}/events`, batchPath: `${BASE}/events/batch` };
    return { target: { origin, ...paths, headers, processes, settle }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function environmentFor(
  embedded: { databaseUrl: string; temporalAddress: string },
  port: number,
  adminKey: string,
): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return {
    ...Object.fromEntries(own),
    PORT: String(port),
    DATABASE_URL: embedded.databaseUrl,
    TEMPORAL_ADDRESS: embedded.temporalAddress,
    POSTHORN_ADMIN_KEY: adminKey,
    POSTHORN_MASTER_KEY: randomBytes(32).toString('base64'),
    POSTHORN_TARGET_ALLOWLIST: '127.0.0.0/8',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
  };
}

async function register(url: string, headers: Record<string, string>, receiverUrl: string): Promise<void> {
  const body = JSON.stringify({ url: receiverUrl, events: ['activity.created'] });
  const response = await fetch(url, { method: 'POST', headers, body });
  if (response.status !== 201) throw new Error(`no webhook: ${response.status} ${await response.text()}`);
}

function pidOf(folder: string, part: string): number {
  const record = readRecord(join(folder, 'run', `${part}.pid`));
  if (!record) throw new Error(`the process id of ${part} is not known`);
  return record.pid;
}

/** Waits until no delivery is left in the outbox and the workflows have ended, as far as the use of CPU shows. */
async function untilQuiet(databaseUrl: string, processes: Record<string, number>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadline = Date.now() + SETTLE_LIMIT_MS;
    for (let used = sum(processes); Date.now() < deadline;) {
      await sleep(500);
      const { rows } = await client.query<{ left: number }>('select count(*)::int as left from outbox');
      const before = used;
      used = sum(processes);
      if (rows[0]?.left === 0 && !(used - before > QUIET_MS)) return;
    }
  } finally {
    await client.end();
  }
}

function sum(processes: Record<string, number>): number {
  return Object.values(readCpu(processes)).reduce((total, ms) => total + ms, 0);
}
