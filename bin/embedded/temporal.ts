import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { supervise, type Context, type Supervised } from '../supervise.ts';
import type { DataDir } from './data-dir.ts';
import type { Ports } from './ports.ts';
import { stopLeftover } from './process-record.ts';
import { findTemporalCli } from './temporal-cli.ts';

export const SEARCH_ATTRIBUTES = {
  PosthornPlatform: 'Keyword',
  PosthornOrganization: 'KeywordList',
  PosthornWebhook: 'KeywordList',
  PosthornEventType: 'KeywordList',
};

const STOP_STEPS = [{ signal: 'SIGTERM', graceMs: 10_000 }] as const;

export interface EmbeddedTemporal extends Pick<Supervised, 'stop'> {
  /** The host:port of the frontend, for TEMPORAL_ADDRESS. */
  temporalAddress: string;
  temporalUiUrl: string;
}

/**
 * Starts Temporal's development server on `<data folder>/temporal.db`. Installs its CLI first if necessary.
 * @throws OperatorError if the CLI is not available
 */
export async function startTemporal(
  dataDir: DataDir,
  ports: Pick<Ports, 'temporal' | 'temporalUi'>,
  context: Context,
): Promise<EmbeddedTemporal> {
  const cli = await findTemporalCli(process.env, context);
  const address = `127.0.0.1:${ports.temporal}`;
  const options = [
    ['--ip', '127.0.0.1'],
    ['--port', String(ports.temporal)],
    ['--ui-port', String(ports.temporalUi)],
    ['--log-level', 'warn'],
    ['--db-filename', join(dataDir.path, 'temporal.db')],
    ['--sqlite-pragma', 'journal_mode=WAL'],
    ['--sqlite-pragma', 'synchronous=NORMAL'],
    ['--dynamic-config-value', 'system.enableEagerWorkflowStart=true'],
    ...Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
  const args = ['server', 'start-dev', '--disable-config-env', '--disable-config-file', ...options.flat()];
  const supervised = await supervise(
    {
      name: 'Temporal',
      logFile: dataDir.logFile('temporal'),
      recordFile: dataDir.recordFile('temporal'),
      stopSteps: STOP_STEPS,
      spawn: () => {
        const log = dataDir.openLog('temporal');
        return spawn(cli, args, { detached: true, stdio: ['ignore', log, log] });
      },
      untilReady: async (_child, signal) => {
        while (!(await answers(address))) await sleep(50, undefined, { signal });
      },
    },
    context,
  );
  return { temporalAddress: address, temporalUiUrl: `http://127.0.0.1:${ports.temporalUi}`, stop: supervised.stop };
}

/** Stops a server that an earlier start left running. */
export async function clearTemporal(dataDir: DataDir): Promise<void> {
  await stopLeftover(dataDir.recordFile('temporal'), STOP_STEPS);
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2000 });
    try {
      await connection.withDeadline(Date.now() + 2000, () =>
        connection.workflowService.describeNamespace({ namespace: 'default' }),
      );
      const known = await connection.withDeadline(Date.now() + 2000, () =>
        connection.operatorService.listSearchAttributes({ namespace: 'default' }),
      );
      return Object.keys(SEARCH_ATTRIBUTES).every((name) => name in (known.customAttributes ?? {}));
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
