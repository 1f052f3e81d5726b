import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type pg from 'pg';
import { pino, type Logger } from 'pino';
import { collectDefaultMetrics } from 'prom-client';
import { readConfig } from '../core/config.ts';
import { createIntake } from '../core/db/intake.ts';
import { listen } from '../core/db/listener.ts';
import { createOrm } from '../core/db/orm.ts';
import { createPool } from '../core/db/pool.ts';
import { parseAllowlist } from '../core/delivery/guard.ts';
import { platforms } from '../core/platforms/index.ts';
import { createSecretBox } from '../core/secrets.ts';
import { stopRequested } from '../core/stop-requested.ts';
import { createApp } from './app.ts';
import { ensureAdminKey } from './auth/admin-key.ts';
import { KeyRing } from './auth/key-ring.ts';
import { createMetrics } from './metrics.ts';

const TRY_AGAIN_MS = 1_000;

/** An API process. It starts without a database, too, and then answers 503 until there is one. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const allowlist = parseAllowlist(config.targetAllowlist);
  const log = pino({ level: config.logLevel, base: { process: 'api' } });
  const pool = createPool(config.databaseUrl);
  const orm = await createOrm(config.databaseUrl);
  const keys = new KeyRing(pool);
  const metrics = createMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  const app = createApp({
    orm,
    pool,
    intake: createIntake(pool),
    keys,
    secretBox: createSecretBox(config.masterKey),
    allowlist,
    registry: platforms,
    metrics,
    log,
    bodyLimit: config.bodyLimit,
    retryUnitMs: config.retryUnitMs,
  });
  const listener = listen(config.databaseUrl, ['posthorn_keys'], () => keys.forget());
  const stopped = stopRequested();
  if (config.adminKey !== undefined) await keepAdminKey(pool, config.adminKey, log);

  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  await start(server, config.port);
  log.info({ port: config.port }, 'api listening');
  process.send?.('ready');

  await stopped;
  log.info('stopping: requests may finish');
  await stop(server);
  await Promise.all([listener.close(), orm.close(), pool.end()]);
  process.exit(0);
}

/** Tries once before the first request, and goes on in the background while there is no database. */
async function keepAdminKey(pool: pg.Pool, adminKey: string, log: Logger): Promise<void> {
  try {
    await ensureAdminKey(pool, adminKey);
  } catch (error) {
    log.warn({ err: error }, 'the admin key could not be stored yet');
    setTimeout(() => void keepAdminKey(pool, adminKey, log), TRY_AGAIN_MS).unref();
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

/** Takes no more connections; resolves when the last request is answered. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setInterval(() => server.closeIdleConnections(), 100).unref();
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
