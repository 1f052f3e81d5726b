import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import { writeScrape } from '../../core/metrics/scrape.ts';
import type { EngineState } from './engine-state.ts';

export interface MonitorOptions {
  /** The first port to try. */
  port: number;
  log: Logger;
  /** The metrics, in Prometheus' text format. */
  metrics: () => Promise<string[]>;
  engine: () => EngineState;
  /** Whether workflows run. */
  temporalIsConnected: () => boolean;
  /** Why nobody runs new workflows; null: somebody does, or it is not known. */
  unattended: () => string | null;
}

/** Ports that are tried, for several workers on one machine. */
const PORTS = 100;

/** Serves a worker's metrics and probes: `/metrics`, `/healthz`, `/readyz`. */
export async function startMonitor(options: MonitorOptions): Promise<Server | undefined> {
  const { port: first, log } = options;
  const server = createAdaptorServer({ fetch: createMonitorApp(options).fetch }) as Server;
  for (let port = first; port < Math.min(first + PORTS, 65_536); port++) {
    if (!(await listens(server, port))) continue;
    log.info({ port }, 'metrics listening');
    return server;
  }
  log.warn(
    { port: first },
    `no free port for the metrics among the ${PORTS} from METRICS_PORT on: they are not served`,
  );
  return undefined;
}

function createMonitorApp({ metrics, engine, temporalIsConnected, unattended }: MonitorOptions): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => {
    const reason = explainUnready(engine());
    if (reason !== null) return c.json({ status: 'unavailable', reason }, 503);
    const warning = unattended();
    const temporal = temporalIsConnected() ? 'connected' : 'away';
    return c.json({ status: 'ok', temporal, ...(warning !== null && { warning }) });
  });
  app.get('/metrics', async (c) => {
    const { body, contentType } = writeScrape(await metrics(), c.req.header('accept'));
    return c.body(body, 200, { 'Content-Type': contentType });
  });
  return app;
}

/** A worker is ready while it claims and may begin attempts. It needs the database; Temporal may be away. */
function explainUnready({ started, leaseIsFresh, unconfirmedMs }: EngineState): string | null {
  if (!started) return 'it is starting or stopping';
  if (leaseIsFresh) return null;
  return `the lease could not be renewed for ${Math.round(unconfirmedMs / 1_000)} s: the database does not answer`;
}

/** Whether the port is free and the server listens on it now. */
function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.once('error', refuse);
    server.listen(port, () => {
      server.off('error', refuse);
      resolve(true);
    });
  });
}
