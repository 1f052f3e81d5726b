import { createServer, type AddressInfo } from 'node:net';
import { DefaultLogger, makeTelemetryFilterString, Runtime, type TelemetryOptions } from '@temporalio/worker';
import type { Logger } from 'pino';

/** The SDK's log message for each failed delivery, which belongs in the history, not in the log. */
const FAILED_DELIVERY = 'Workflow failed';
const TRIES = 5;
const READ_MS = 2_000;

/** The SDK's metrics in Prometheus' text format; an empty text if they cannot be read. */
export type ReadSdkMetrics = () => Promise<string>;

/**
 * Installs Temporal's runtime with our log. With `metrics`, the SDK serves its metrics on a free port of loopback, since it can serve
 * them on a port of its own only.
 */
export async function installRuntime(log: Logger, { metrics }: { metrics: boolean }): Promise<ReadSdkMetrics> {
  for (let tries = 1; metrics && tries <= TRIES; tries++) {
    const bindAddress = `127.0.0.1:${await findFreePort()}`;
    try {
      install(log, {
        prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
        attachServiceName: false,
      });
      return () => readText(`http://${bindAddress}/metrics`);
    } catch (error) {
      // Another process has taken the port meanwhile.
      if (tries === TRIES) log.warn({ err: error }, "no port for the metrics of Temporal's SDK: they are left out");
    }
  }
  install(log);
  return () => Promise.resolve('');
}

function install(log: Logger, metrics?: TelemetryOptions['metrics']): void {
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    if (message !== FAILED_DELIVERY) log[level === 'ERROR' ? 'error' : 'warn']({ ...meta }, message);
  });
  const filter = makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' });
  const telemetryOptions = { logging: { forward: {}, filter }, ...(metrics && { metrics }) };
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions });
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function readText(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(READ_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}
