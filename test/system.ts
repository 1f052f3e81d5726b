import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { inject } from 'vitest';
import { Posthorn, type DeliveryDetail, type NewWebhook, type WebhookInput } from '../clients/typescript/src/index.ts';
import { findFreePort } from '../bin/embedded/ports.ts';
import { SERVICE_FLAGS } from '../bin/service-flags.ts';
import { copyDatabase, dropDatabase, type NamedDatabase } from './database.ts';
import { eventually } from './eventually.ts';

const HERE = new URL('../', import.meta.url);

export interface SystemOptions {
  /** The unit of the retry schedule; default 60s, so that no automatic retry happens during a test. */
  retryUnit?: string;
  workers?: number;
  env?: Record<string, string>;
  /** A file descriptor for the logs of the processes; default: this process's output. */
  log?: number;
  /** Its own PostgreSQL and Temporal; default: those shared by all test files. */
  stack?: Stack;
  /** The checkout that the processes run from; default: this one. */
  root?: URL;
}

/** The PostgreSQL server and Temporal of a system. */
interface Stack {
  databaseUrl: string;
  temporalAddress: string;
}

/** What processes are started from. */
export interface Checkout {
  root: URL;
  workflowBundle: string;
  /** A file descriptor for the logs. */
  log: number;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read answers freely
  body: any;
}

/** Posthorn as in production: an API process, worker processes and its own database. Shares Temporal. */
export class System {
  readonly adminKey = `test-${randomBytes(12).toString('hex')}`;
  readonly databaseUrl: string;
  readonly workers: ChildProcess[] = [];
  apiUrl = '';
  api!: ChildProcess;
  private readonly stack: Stack;
  private root: URL;
  readonly taskQueue: string;
  private readonly env: NodeJS.ProcessEnv;
  private output: number | 'inherit';
  private connection: Connection | undefined;
  private pool: pg.Pool | undefined;

  private constructor(database: NamedDatabase, stack: Stack, options: SystemOptions) {
    this.databaseUrl = database.url;
    this.taskQueue = database.name;
    this.stack = stack;
    this.root = options.root ?? HERE;
    this.output = options.log ?? 'inherit';
    this.env = {
      ...process.env,
      DATABASE_URL: this.databaseUrl,
      TEMPORAL_ADDRESS: this.stack.temporalAddress,
      POSTHORN_MASTER_KEY: randomBytes(32).toString('base64'),
      POSTHORN_ADMIN_KEY: this.adminKey,
      POSTHORN_TARGET_ALLOWLIST: '127.0.0.0/8',
      POSTHORN_RETRY_UNIT: options.retryUnit ?? '60s',
      POSTHORN_TASK_QUEUE: this.taskQueue,
      POSTHORN_WORKFLOW_BUNDLE: options.env?.['POSTHORN_WORKFLOW_BUNDLE'] ?? inject('workflowBundle'),
      LOG_LEVEL: 'warn',
      METRICS_PORT: 'off',
      ...options.env,
    };
  }

  static async start(options: SystemOptions = {}): Promise<System> {
    const stack = options.stack ?? { databaseUrl: inject('databaseUrl'), temporalAddress: inject('temporalAddress') };
    const migrated = options.stack === undefined && options.root === undefined;
    const database = await copyDatabase(stack.databaseUrl, migrated ? inject('templateDatabase') : undefined);
    const system = new System(database, stack, options);
    if (!migrated) await system.migrate();
    await Promise.all([system.startApi(), ...Array.from({ length: options.workers ?? 1 }, () => system.startWorker())]);
    return system;
  }

  async migrate(): Promise<void> {
    await finished(this.fork('bin/migrate.ts'));
  }

  /** Starts further processes from another checkout, with its workflows and with a file for their logs. */
  use({ root, workflowBundle, log }: Checkout): void {
    this.root = root;
    this.output = log;
    this.env['POSTHORN_WORKFLOW_BUNDLE'] = workflowBundle;
  }

  /** Uses the previous port; with `elsewhere`, another one beside the running API. */
  async startApi({ elsewhere = false } = {}): Promise<void> {
    const port = this.apiUrl && !elsewhere ? Number(new URL(this.apiUrl).port) : await findFreePort();
    const api = this.fork('api/server.ts', { PORT: String(port) });
    await ready(api);
    this.api = api;
    this.apiUrl = `http://127.0.0.1:${port}`;
  }

  /** Adds `env` to the system's settings. */
  async startWorker(env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
    const worker = this.fork('worker.ts', env);
    this.workers.push(worker);
    await ready(worker);
    return worker;
  }

  get temporalAddress(): string {
    return this.stack.temporalAddress;
  }

  livingWorkers(): ChildProcess[] {
    return this.workers.filter(isRunning);
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    const response = await fetch(this.apiUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${this.adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  /** A client that repeats nothing. */
  get client(): Posthorn {
    return new Posthorn({ url: this.apiUrl, key: this.adminKey, timeoutMs: 60_000, retries: { tries: 1 } });
  }

  /** Registers a URPA webhook for all contact and activity events. */
  async register(url: string, fields: Partial<WebhookInput> = {}): Promise<NewWebhook> {
    const events = ['activity.created', 'contact.created'];
    return await this.client.owner('urpa').webhooks.create({ url, events, ...fields });
  }

  /** Emits one URPA event and returns the ids of its deliveries. */
  async emit(data: object = { id: '1' }, event = 'activity.created'): Promise<string[]> {
    const { deliveries } = await this.client.owner('urpa').events.emit(event, data);
    return deliveries.map(({ id }) => id);
  }

  async delivery(id: string): Promise<DeliveryDetail> {
    return await this.client.urpa.deliveries.get(id);
  }

  /** Waits until a delivery has the status. */
  async reaches(id: string, status: string, limitMs?: number): Promise<DeliveryDetail> {
    return await eventually(async () => {
      const delivery = await this.delivery(id);
      if (delivery.status !== status) throw new Error(`${id} is ${delivery.status}, not ${status}`);
      return delivery;
    }, limitMs);
  }

  async retry(id: string, body?: unknown): Promise<ApiAnswer> {
    return await this.call('POST', `/api/urpa/webhooks/events/${id}/retry`, body);
  }

  async temporal(): Promise<Client> {
    this.connection ??= await Connection.connect({ address: this.stack.temporalAddress });
    return new Client({ connection: this.connection });
  }

  /** Runs SQL in this system's database. */
  async sql(text: string, params: unknown[] = []): Promise<Record<string, unknown>[]> {
    this.pool ??= openPool(this.databaseUrl);
    return (await this.pool.query(text, params)).rows as Record<string, unknown>[];
  }

  async stop(): Promise<void> {
    const children = [this.api, ...this.workers].filter(isRunning);
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map(exited));
    await this.connection?.close();
    await this.pool?.end();
    await dropDatabase(this.stack.databaseUrl, this.taskQueue);
  }

  private fork(script: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
    const stdio = ['ignore', this.output, this.output, 'ipc'] as StdioOptions;
    return fork(new URL(script, this.root), { env: { ...this.env, ...env }, execArgv: SERVICE_FLAGS, stdio });
  }
}

/** Kills a process with SIGKILL and waits until it is gone. */
export async function crash(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await exited(child);
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function exited(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function finished(child: ChildProcess): Promise<void> {
  await exited(child);
  if (child.exitCode !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}`);
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}`)));
  });
}

/** Keeps connections only while a test asks again and again, so that none is older than an outage. */
function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 10, idleTimeoutMillis: 200 });
  pool.on('error', () => {});
  return pool;
}
