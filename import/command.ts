import { createWriteStream } from 'node:fs';
import { ConfigError, readConfig, type Config } from '../core/config.ts';
import { MasterKeyError } from '../core/db/master-key.ts';
import { NoSessionsError } from '../core/db/require-sessions.ts';
import { bringOver } from './bring-over.ts';
import { compareSystems, EDGE_MS } from './compare.ts';
import { EXIT, type CommandIo } from './job.ts';
import { findShadowBegin, goLive } from './go-live.ts';
import { HELP, readOptions, UsageError, type ImportOptions } from './options.ts';
import { Report } from './report.ts';
import { openSource } from './sources/open-source.ts';
import { describe } from './sources/postgres.ts';
import { ImportError } from './sources/source.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const EXPECTED = [ImportError, ConfigError, MasterKeyError, NoSessionsError];
/** PostgreSQL: there is no such table. */
const NO_TABLE = '42P01';

/** `posthorn import`: brings over what the old system has. Prints its result or an error, and returns the exit code. */
export async function importCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    const now = new Date();
    const options = readOptions(argv, io.env, now);
    if (options) return await run(options, now, io);
    io.stdout.write(`${HELP}\n`);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`${error.message}\n"posthorn import --help" shows the options.\n`);
      return EXIT.usage;
    }
    io.stderr.write(`${describeError(error)}\n`);
    return EXIT.failed;
  }
}

async function run(options: ImportOptions, now: Date, io: CommandIo): Promise<number> {
  const config = readTarget(io.env);
  const { databaseUrl, retentionDays } = config;
  if (/^[a-z]+:\/\//i.test(options.source) && isSame(options.source, databaseUrl)) {
    throw new ImportError('the source is the database of Posthorn itself');
  }
  const begin = options.goLive ? await findShadowBegin(databaseUrl) : null;
  const age = options.compare ? HOUR_MS : retentionDays * DAY_MS;
  const since = begin ?? options.since ?? new Date(now.getTime() - age);
  const readFrom = options.compare || options.goLive ? new Date(since.getTime() - EDGE_MS) : since;
  const list = options.list === null ? null : createWriteStream(options.list, { mode: 0o600 });
  const report = new Report(list);
  const onBadLine = (line: number, reason: string) =>
    report.add({ kind: 'line', id: String(line), level: 'refused', reason });
  const source = await openSource({ options, stdin: io.stdin, since: readFrom, onBadLine });
  const job = { source, config, options, since, now, report, io };
  try {
    if (options.compare) return await compareSystems(job);
    return options.goLive ? await goLive(job) : await bringOver(job);
  } finally {
    await source.close();
    await new Promise<void>((resolve) => (list ? list.end(resolve) : resolve()));
  }
}

/** The Posthorn to import into. @throws ConfigError, ImportError */
function readTarget(env: NodeJS.ProcessEnv): Config {
  if (env['DATABASE_URL']) return readConfig(env);
  throw new ImportError(
    'which Posthorn? Set DATABASE_URL and POSTHORN_MASTER_KEY, or POSTHORN_DATA_DIR to the data folder of "npm start"',
  );
}

/** Whether two URLs lead to the same database. */
function isSame(a: string, b: string): boolean {
  return (
    URL.canParse(a) &&
    describe(a).replace(/^postgres:/, 'postgresql:') === describe(b).replace(/^postgres:/, 'postgresql:')
  );
}

function describeError(error: unknown): string {
  if (EXPECTED.some((kind) => error instanceof kind)) return (error as Error).message;
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === NO_TABLE)
    return `the database of Posthorn has another version (${message}): start this version once, or run bin/migrate.ts`;
  return `the import ended: ${message || String(code ?? error)}. What came over stays; the same command goes on from there`;
}
