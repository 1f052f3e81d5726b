import type { Server } from 'node:http';
import { getPriority, setPriority } from 'node:os';
import { createAdaptorServer } from '@hono/node-server';
import type { Logger } from 'pino';
import { ByteBudget } from '../core/byte-budget.ts';
import { readConfig } from '../core/config.ts';
import { Changes } from '../core/db/changes.ts';
import { createIntake } from '../delivery/accept/intake.ts';
import { createOrm } from '../core/db/orm.ts';
import { MasterKeyError, requireMasterKey } from '../core/db/master-key.ts';
import { createPool, createReadPool } from '../core/db/pool.ts';
import { addPoolGauges, countCommits } from '../core/metrics/database-metrics.ts';
import { NoSessionsError, requireSessions } from '../core/db/require-sessions.ts';
import { parseAllowlist } from '../delivery/guard/guard.ts';
import { createResolver } from '../delivery/guard/resolve.ts';
import { exitAfter } from '../core/exit-after.ts';
import { createLog, switchLevelBySignal } from '../core/log.ts';
import { warnOfFewOpenFiles } from '../core/open-files.ts';
import { platforms } from '../core/platforms/index.ts';
import { createSecretBox } from '../core/secrets.ts';
import { stopRequested } from '../core/stop-requested.ts';
import { startTracing } from '../core/tracing/start-tracing.ts';
import { createApp } from './app.ts';
import { ensureAdminKey } from './auth/admin-key.ts';
import { KeyRing } from './auth/key-ring.ts';
import { KeyUse } from './auth/key-use.ts';
import { PortalSessions } from './auth/portal-sessions.ts';
import { Sessions } from './auth/sessions.ts';
import { loadDashboard } from './dashboard-files.ts';
import { LiveHub } from './live/hub.ts';
import { listenToDatabase } from './live/listen.ts';
import { createMetrics } from './metrics.ts';
import { openReplica } from './replica.ts';
import { createSignOn } from './sign-on/sign-on.ts';
import { createWorkflows } from './workflows.ts';
import { prepareStop } from './stop-server.ts';

/**
 * Lowers the API's priority below that of the workers. Otherwise, when the CPU is scarce, the API accepts events faster than workers
 * deliver them, and deliveries wait longer.
 */
const NICENESS = 2;
const TRY_AGAIN_MS = 1_000;
/** Longer than the idle timeout of load balancers and clients, so that the server never closes a connection first. */
const KEEP_ALIVE_MS = 75_000;

/** The number of client connections to support. */
const CLIENTS = 1_000;

/** The API process. It also starts without a database and answers 503 until the database is available. */
async function main(): Promise<void> {
  setPriority(Math.max(getPriority(), NICENESS));
  const config = readConfig(process.env);
  const allowlist = parseAllowlist(config.targetAllowlist);
  const log = createLog('api', config.logLevel);
  switchLevelBySignal(log);
  const tracing = await startTracing('api', config.tracing, log);
  warnOfFewOpenFiles(CLIENTS, log);
  const pool = createPool(config.databaseUrl);
  const secretBox = createSecretBox(...config.masterKeys);
  const reads = createReadPool(config.databaseUrl);
  const orm = await createOrm(config.databaseUrl);
  const keyUse = new KeyUse(pool, log);
  const keys = new KeyRing(pool, keyUse);
  const signOn = createSignOn(config.singleSignOn, { pool, secretBox, log });
  const sessions = new Sessions(pool, keyUse, signOn?.sessions);
  const portals = new PortalSessions(pool, platforms, keyUse);
  const changes = new Changes(pool);
  const live = new LiveHub();
  const workflows = createWorkflows(config);
  const metrics = createMetrics();
  const replica = openReplica({ ...config, log }, reads, metrics.registry);
  addPoolGauges(metrics.registry, { hot: pool, reads, ...(replica.pool && { replica: replica.pool }) });
  const app = createApp({
    orm,
    pool,
    reads,
    replicaReads: replica.replicaReads,
    replica: replica.replica,
    intake: createIntake(pool, countCommits(metrics.registry, 'accept')),
    changes,
    live,
    keys,
    sessions,
    portals,
    signOn,
    secretBox,
    allowlist,
    resolve: createResolver({ servers: config.dnsServers }),
    registry: platforms,
    metrics,
    tracing,
    log,
    bodyLimit: config.bodyLimit,
    bodies: new ByteBudget(config.maxBytes),
    retryUnitMs: config.retryUnitMs,
    publicUrl: config.publicUrl,
    temporalUiUrl: config.temporalUiUrl,
    workflows,
    dashboard: await loadDashboard(config.portalOrigins),
  });
  const listener = listenToDatabase(config.databaseUrl, { keys, sessions, portals, live, reads, log });
  const stopped = stopRequested();
  const { adminKey, databaseUrl } = config;
  await untilDone(
    () => requireSessions(databaseUrl),
    'it could not be checked yet whether connections are sessions',
    log,
  );
  await replica.start();
  await Promise.all([
    untilDone(() => requireMasterKey(pool, secretBox), 'the master key could not be checked yet', log),
    adminKey && untilDone(() => ensureAdminKey(pool, adminKey), 'the admin key could not be stored yet', log),
  ]);

  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const stop = prepareStop(server);
  await start(server, config.port);
  log.info({ port: config.port }, 'api listening');
  process.send?.('ready');

  await stopped;
  log.info('stopping: waiting for open requests');
  live.close();
  exitAfter(config.stopTimeoutMs, log);
  const cut = await stop(config.stopTimeoutMs);
  if (cut > 0) log.warn({ connections: cut }, 'stop timeout reached: open requests were cut off');
  await Promise.all([changes.close(), keyUse.close(), tracing?.stop()]);
  await Promise.all([listener.close(), orm.close(), pool.end(), reads.end(), replica.close(), workflows.close()]);
  process.exit(0);
}

/** Tries once before the first request, then retries in the background until the database is available. */
async function untilDone(work: () => Promise<void>, notYet: string, log: Logger): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof MasterKeyError || error instanceof NoSessionsError) throw error;
    log.warn({ err: error }, notYet);
    setTimeout(() => void untilDone(work, notYet, log).catch(fail), TRY_AGAIN_MS).unref();
  }
}

function start(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`port ${port} is in use; set PORT to another one`) : error);
    });
    server.listen(port, resolve);
  });
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
