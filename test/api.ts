import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { createAdaptorServer } from '@hono/node-server';
import { pino } from 'pino';
import { createApp } from '../api/app.ts';
import { ensureAdminKey } from '../api/auth/admin-key.ts';
import { KeyRing } from '../api/auth/key-ring.ts';
import { KeyUse } from '../api/auth/key-use.ts';
import { PortalSessions } from '../api/auth/portal-sessions.ts';
import { Sessions } from '../api/auth/sessions.ts';
import { loadDashboard } from '../api/dashboard-files.ts';
import { LiveHub } from '../api/live/hub.ts';
import { listenToDatabase } from '../api/live/listen.ts';
import { createMetrics } from '../api/metrics.ts';
import { openReplica } from '../api/replica.ts';
import { createSignOn } from '../api/sign-on/sign-on.ts';
import { createWorkflows } from '../api/workflows.ts';
import { ByteBudget } from '../core/byte-budget.ts';
import { Changes } from '../core/db/changes.ts';
import { createIntake } from '../delivery/accept/intake.ts';
import { createOrm } from '../core/db/orm.ts';
import { createPool, createReadPool } from '../core/db/pool.ts';
import { parseAllowlist } from '../delivery/guard/guard.ts';
import { createResolver } from '../delivery/guard/resolve.ts';
import { platforms } from '../core/platforms/index.ts';
import { createSecretBox } from '../core/secrets.ts';
import type { SingleSignOn } from '../core/single-sign-on.ts';
import { createDatabase } from './database.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read answers freely
  body: any;
}

export interface Ask {
  /** A string is sent unchanged. */
  body?: unknown;
  /** Default: an admin key without a platform. Null: no key. */
  key?: string | null;
  headers?: Record<string, string>;
}

export const URPA = '/api/urpa';
export const WEBHOOKS = `${URPA}/integrations/webhooks`;
export const DELIVERIES = `${URPA}/webhooks/events`;
export const organization = (orgId: string) => `/api/coordinator/organizations/${orgId}`;
export const BODY_LIMIT = 64 * 1024;
export const MASTER_KEY = randomBytes(32);

export interface Listening {
  /** Default: any free one. */
  port?: number;
  /** Contains the built dashboard. Default: none. */
  dashboardFolder?: string;
  /** Default: none. */
  singleSignOn?: SingleSignOn;
}

export type TestApi = Awaited<ReturnType<typeof startApi>>;

export interface ApiOptions {
  /** Its PostgreSQL. Default: the shared one. */
  serverUrl?: string;
  /** A replica of that server. */
  replica?: { serverUrl: string };
}

/** Starts the API on its own port and database, without a worker, so accepted events stay in the outbox. */
export async function startApi({ serverUrl, replica, ...listening }: Listening & ApiOptions = {}) {
  const database = await createDatabase(undefined, serverUrl);
  const api = await serveApi(database.url, {
    ...listening,
    ...(replica && { replica: { readUrl: sameDatabase(database.url, replica.serverUrl) } }),
  });
  const adminKey = `admin-${randomBytes(12).toString('hex')}`;
  await ensureAdminKey(database.pool, adminKey);

  async function ask(method: string, path: string, { body, key = adminKey, headers = {} }: Ask = {}): Promise<Answer> {
    const response = await fetch(api.url + path, {
      method,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return await readAnswer(response);
  }

  return {
    ...api,
    database,
    adminKey,
    ask,
    /** Creates a key and returns it. */
    async makeKey(fields: Record<string, unknown>): Promise<string> {
      return (await ask('POST', '/api/admin/keys', { body: { name: 'test', ...fields } })).body.key;
    },
    /** Registers a webhook of URPA, or of `base`, and returns it. */
    async register(fields: Record<string, unknown> = {}, base = WEBHOOKS) {
      const body = { url: 'https://receiver.example/hook', events: ['contact.created'], ...fields };
      return (await ask('POST', base, { body })).body;
    },
    /** Emits an event of URPA, or of `base`, and returns its deliveries' ids. */
    async emit(fields: Record<string, unknown> = {}, base = URPA): Promise<string[]> {
      const answer = await ask('POST', `${base}/events`, {
        body: { event: 'contact.created', data: { id: '1' }, ...fields },
      });
      return answer.body.deliveries.map(({ id }: { id: string }) => id);
    },
    async close() {
      await api.close();
      await database.drop();
    },
  };
}

/** The database on another server. */
export function sameDatabase(databaseUrl: string, serverUrl: string): string {
  const url = new URL(serverUrl);
  url.pathname = new URL(databaseUrl).pathname;
  return url.toString();
}

/**
 * Starts the API with any database URL, reachable or not. `dashboardFolder` contains the built dashboard; `portalOrigins` may show its
 * portals in a frame.
 */
export async function serveApi(
  databaseUrl: string,
  {
    dashboardFolder = '/nowhere',
    portalOrigins = [],
    port = 0,
    singleSignOn,
    replica: { readUrl, mostLag = 30 } = {},
  }: Listening & { portalOrigins?: string[]; replica?: { readUrl?: string; mostLag?: number } } = {},
) {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const pool = createPool(databaseUrl);
  const reads = createReadPool(databaseUrl);
  const orm = await createOrm(databaseUrl);
  const changes = new Changes(pool);
  const live = new LiveHub();
  const metrics = createMetrics();
  const replica = openReplica({ databaseUrl, readUrl, mostLag, log }, reads, metrics.registry);
  const workflows = createWorkflows({ temporalUiUrl: 'http://temporal.example', taskQueue: 'posthorn' });
  const keyUse = new KeyUse(pool, log);
  const keys = new KeyRing(pool, keyUse);
  const secretBox = createSecretBox(MASTER_KEY);
  const signOn = createSignOn(singleSignOn, { pool, secretBox, log });
  const sessions = new Sessions(pool, keyUse, signOn?.sessions);
  const portals = new PortalSessions(pool, platforms, keyUse);
  const app = createApp({
    orm,
    pool,
    reads,
    replicaReads: replica.replicaReads,
    replica: replica.replica,
    keys,
    sessions,
    portals,
    signOn,
    intake: createIntake(pool),
    changes,
    live,
    secretBox,
    allowlist: parseAllowlist('127.0.0.0/8'),
    resolve: createResolver(),
    registry: platforms,
    metrics,
    tracing: null,
    log,
    bodyLimit: BODY_LIMIT,
    bodies: new ByteBudget(64 * 1024 * 1024),
    retryUnitMs: 60_000,
    publicUrl: undefined,
    temporalUiUrl: 'http://temporal.example',
    workflows,
    dashboard: await loadDashboard(portalOrigins, dashboardFolder),
  });
  await replica.start();
  const listener = listenToDatabase(databaseUrl, { keys, sessions, portals, live, reads, log });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    app,
    /** The log, one entry per line. */
    lines,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      live.close();
      await Promise.all([changes.close(), keyUse.close()]);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([listener.close(), orm.close(), pool.end(), reads.end(), replica.close(), workflows.close()]);
    },
  };
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}
