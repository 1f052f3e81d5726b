import { randomBytes } from 'node:crypto';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Posthorn as Client, type EmittingOwner, type WebhookInput } from '../clients/typescript/src/index.ts';
import { findFreePort } from '../bin/embedded/ports.ts';
import { SERVICE_FLAGS } from '../bin/service-flags.ts';
import { runToEnd, startChild, stopChild, type Child } from './children.ts';
import { startEngines, type Persistence } from './engines.ts';
import { URPA, type Owner } from './owner.ts';
import type { ByProcess } from './processes.ts';
import { untilQuiet } from './quiet.ts';
import type { Target } from './target.ts';

export interface PosthornOptions {
  /** Settings that differ from the defaults. */
  env?: Record<string, string>;
  /** Where Temporal keeps its state; default: a file of the development server. */
  persistence?: Persistence;
}

/** Posthorn with the settings of `npm start`. */
export interface Posthorn {
  database: pg.Pool;
  /** Process ids by name. */
  processes: ByProcess;
  targetOf(owner: Owner): Target;
  /** Registers a webhook and returns its id. */
  register(url: string, owner?: Owner, fields?: Partial<WebhookInput>): Promise<string>;
  /** Its API. */
  ownerOf(owner: Owner): EmittingOwner<Record<string, object>>;
  /** Starts another worker process; after a kill, it replaces the first. */
  addWorker(): Promise<Child>;
  workers: Child[];
  /** Starts another API process and returns its origin. */
  addApi(): Promise<string>;
  temporalAddress: string;
  /** Deliveries that have not ended. */
  countOpen(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL, Temporal, the API and a worker in the folder. */
export async function startPosthorn(folder: string, options: PosthornOptions): Promise<Posthorn> {
  const engines = await startEngines(folder, options.persistence ?? 'file');
  const database = new pg.Pool({ connectionString: engines.databaseUrl, max: 4 });
  database.on('error', () => undefined);
  const workers: Child[] = [];
  const apis: Child[] = [];
  const stop = async () => {
    await Promise.all([...apis, ...workers].map((child) => stopChild(child)));
    await database.end();
    await engines.stop();
  };
  try {
    const adminKey = randomBytes(24).toString('base64url');
    const bundle = join(folder, 'workflow-bundle.js');
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      DATABASE_URL: engines.databaseUrl,
      TEMPORAL_ADDRESS: engines.temporalAddress,
      POSTHORN_ADMIN_KEY: adminKey,
      POSTHORN_MASTER_KEY: randomBytes(32).toString('base64'),
      POSTHORN_TARGET_ALLOWLIST: '127.0.0.0/8',
      POSTHORN_WORKFLOW_BUNDLE: bundle,
      // An outside Temporal may still have workflows of other runs.
      POSTHORN_TASK_QUEUE: `bench-${randomBytes(8).toString('hex')}`,
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
      ...options.env,
    };
    const log = (name: string) => openSync(join(folder, 'logs', `${name}.log`), 'a');
    await runToEnd('bin/migrate.ts', { env, log: log('migrate') });
    await runToEnd('bin/bundle-workflows.ts', { args: [bundle], env, log: log('bundle') });
    const processes: ByProcess = { ...engines.processes };
    const addApi = async () => {
      const port = await findFreePort();
      const withPort = { ...env, PORT: String(port) };
      const api = await startChild('api/server.ts', { env: withPort, log: log('api'), flags: SERVICE_FLAGS });
      processes[apis.length === 0 ? 'api' : `api ${apis.length + 1}`] = api.pid;
      apis.push(api);
      return `http://127.0.0.1:${port}`;
    };
    const origin = await addApi();
    const addWorker = async () => {
      const worker = await startChild('worker.ts', { env, log: log('worker'), flags: SERVICE_FLAGS });
      const running = workers.filter(
        ({ process: { exitCode, signalCode } }) => exitCode === null && signalCode === null,
      );
      processes[running.length === 0 ? 'worker' : `worker ${running.length + 1}`] = worker.pid;
      workers.push(worker);
      return worker;
    };
    await addWorker();
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
    const client = new Client({ url: origin, key: adminKey, timeoutMs: 60_000, retries: { tries: 1 } });
    const ownerOf = ({ platform, orgId }: Owner) => client.owner(platform, orgId);
    const settle = () => untilQuiet(database, processes);
    return {
      database,
      processes,
      workers,
      addWorker,
      addApi,
      temporalAddress: engines.temporalAddress,
      ownerOf,
      targetOf: ({ apiBase, eventType }) => {
        const paths = { path: `${apiBase}/events`, batchPath: `${apiBase}/events/batch` };
        return { origin, ...paths, headers, eventType, processes, settle };
      },
      register: async (url, owner = URPA, fields = {}) =>
        (await ownerOf(owner).webhooks.create({ url, events: [owner.eventType], ...fields })).id,
      countOpen: async () =>
        (await database.query<{ open: number }>('select count(*)::int as open from outbox')).rows[0]?.open ?? NaN,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
