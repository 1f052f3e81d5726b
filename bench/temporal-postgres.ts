import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { openDataDir } from '../bin/embedded/data-dir.ts';
import { readRecord } from '../bin/embedded/process-record.ts';
import { startParts } from '../bin/embedded/stack.ts';
import { SEARCH_ATTRIBUTES } from '../bin/embedded/temporal.ts';
import { supervise, type Context } from '../bin/supervise.ts';
import type { ByProcess } from './processes.ts';
import { configureServer } from './temporal-config.ts';
import { findTemporalServer } from './temporal-server.ts';

const DATABASES = { main: 'temporal', visibility: 'temporal_visibility' } as const;
const SCHEMAS = { main: 'postgresql/v12/temporal', visibility: 'postgresql/v12/visibility' } as const;
const DYNAMIC_CONFIG = 'system.enableEagerWorkflowStart:\n  - value: true\n';
const NAMESPACE = 'default';
/** `IndexedValueType` of Temporal's API. */
const INDEXED: Record<string, number> = { Keyword: 2, KeywordList: 7 };
const STOP_STEPS = [{ signal: 'SIGTERM', graceMs: 10_000 }] as const;

export interface TemporalOnPostgres {
  address: string;
  /** Process ids by name. */
  processes: ByProcess;
  stop(): Promise<void>;
}

/** Starts a Temporal server as in production, with its state in its own PostgreSQL, which this starts too. */
export async function startTemporalOnPostgres(folder: string, context: Context): Promise<TemporalOnPostgres> {
  const programs = await findTemporalServer((line) => console.log(`  ${line}`));
  const dataDir = openDataDir(join(folder, 'temporal'));
  const parts = await startParts(dataDir, { postgres: true, temporal: false }, {}, context);
  const stops = [async () => dataDir.close(), () => parts.stop()];
  const stop = async () => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    const { databaseUrl } = parts.postgres!;
    await Promise.all([
      createSchema(programs.sqlTool, databaseUrl, DATABASES.main, SCHEMAS.main),
      createSchema(programs.sqlTool, databaseUrl, DATABASES.visibility, SCHEMAS.visibility),
    ]);
    const dynamicConfig = join(dataDir.path, 'dynamic-config.yaml');
    const configFile = join(dataDir.path, 'temporal.yaml');
    const { address, text } = await configureServer(databaseUrl, DATABASES, dynamicConfig);
    writeFileSync(dynamicConfig, DYNAMIC_CONFIG);
    writeFileSync(configFile, text, { mode: 0o600 });
    const server = await supervise(
      {
        name: 'Temporal',
        logFile: dataDir.logFile('temporal'),
        recordFile: dataDir.recordFile('temporal'),
        stopSteps: STOP_STEPS,
        spawn: () => {
          const log = dataDir.openLog('temporal');
          const args = ['--config-file', configFile, '--allow-no-auth', 'start'];
          return spawn(programs.server, args, { detached: true, stdio: ['ignore', log, log] });
        },
        untilReady: async (_child, signal) => {
          while (!(await prepareNamespace(address))) await sleep(200, undefined, { signal });
        },
      },
      context,
    );
    stops.push(() => server.stop());
    const pidOf = (name: string) => readRecord(dataDir.recordFile(name))?.pid ?? 0;
    const processes = { temporal: pidOf('temporal'), "temporal's postgres": pidOf('postgres') };
    return { address, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createSchema(tool: string, databaseUrl: string, database: string, schema: string): Promise<void> {
  const { hostname, port, username, password } = new URL(databaseUrl);
  const server = ['--plugin', 'postgres12', '--endpoint', hostname, '--port', port, '--user', username];
  const env = { ...process.env, SQL_PASSWORD: password };
  const call = (...args: string[]) => promisify(execFile)(tool, [...server, '--database', database, ...args], { env });
  await call('create-database');
  await call('setup-schema', '--version', '0.0');
  await call('update-schema', '--schema-name', schema);
}

/** Registers the namespace and the search attributes; false if the server is not ready for them yet. */
async function prepareNamespace(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2000 });
    try {
      return await connection.withDeadline(Date.now() + 5000, () => register(connection));
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

async function register({ workflowService, operatorService }: Connection): Promise<boolean> {
  const { namespaces } = await workflowService.listNamespaces({ pageSize: 100 });
  if (!namespaces.some(({ namespaceInfo }) => namespaceInfo?.name === NAMESPACE)) {
    const aDay = { seconds: 24 * 60 * 60 };
    await workflowService.registerNamespace({ namespace: NAMESPACE, workflowExecutionRetentionPeriod: aDay as never });
    return false;
  }
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace: NAMESPACE });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return true;
  const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, INDEXED[type] ?? 0]));
  await operatorService.addSearchAttributes({ namespace: NAMESPACE, searchAttributes });
  return false;
}
