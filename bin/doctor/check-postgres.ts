import pg from 'pg';
import type { Finding } from '../../cli/doctor/finding.ts';
import type { Config } from '../../core/config.ts';
import { connectOptions } from '../../core/db/connect-options.ts';
import { checkMasterKey } from '../../core/db/master-key.ts';
import { createOrm } from '../../core/db/orm.ts';
import { NoSessionsError, requireSessions } from '../../core/db/require-sessions.ts';
import { createSecretBox } from '../../core/secrets.ts';
import { MIGRATIONS, RECEIVERS, SERVER } from './postgres-statements.ts';

const LIMIT_MS = 5_000;
const OLDEST_VERSION = 150_000;
/** Of one API and one worker (docs/operations.md, PostgreSQL). */
const CONNECTIONS = 35;
const MOST_CLOCK_DIFFERENCE_MS = 5_000;
const LONG_TRANSACTION_S = 3_600;

interface Server {
  version: number;
  version_text: string;
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  connections: number;
  max_connections: number;
  standby: boolean;
  now_ms: string;
  oldest_s: number | null;
  has_schema: boolean;
}

interface Result {
  findings: Finding[];
  /** URLs of webhooks that are on. */
  receivers: string[];
}

/** Checks PostgreSQL: connection, version, settings, pooler, clock, schema and master key. */
export async function checkPostgres(config: Config): Promise<Result> {
  const client = new pg.Client(
    connectOptions(config.databaseUrl, {
      connectionTimeoutMillis: LIMIT_MS,
      query_timeout: LIMIT_MS,
      application_name: 'posthorn doctor',
    }),
  );
  client.on('error', () => {});
  try {
    const begun = performance.now();
    await client.connect();
    const askedAt = Date.now();
    const { rows } = await client.query<Server>(SERVER);
    const took = performance.now() - begun;
    const server = rows[0]!;
    const schema = await checkSchema(
      config.databaseUrl,
      server.has_schema ? await readColumn(client, MIGRATIONS) : null,
    );
    const isCurrent = schema.level === 'ok';
    return {
      findings: [
        { name: 'PostgreSQL', level: 'ok', detail: `${server.version_text} answers within ${Math.round(took)} ms` },
        ...checkVersion(server),
        ...checkSettings(server),
        checkConnections(server),
        await checkPooler(config.databaseUrl),
        compareClocks(Number(server.now_ms) - (askedAt + Date.now()) / 2),
        schema,
        ...(isCurrent ? [await checkKey(client, config)] : []),
        ...checkTransactions(server),
      ],
      receivers: isCurrent ? await readColumn(client, RECEIVERS) : [],
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const detail = `cannot be used by DATABASE_URL: ${message || code}`;
    const advice = 'Start PostgreSQL, or correct DATABASE_URL (host, port, user, password, database, sslmode).';
    return { findings: [{ name: 'PostgreSQL', level: 'problem', detail, advice }], receivers: [] };
  } finally {
    await client.end().catch(() => {});
  }
}

async function readColumn(client: pg.Client, sql: string): Promise<string[]> {
  const { rows } = await client.query<[string]>({ text: sql, rowMode: 'array' });
  return rows.map(([value]) => value);
}

function checkVersion({ version, version_text, standby }: Server): Finding[] {
  const findings: Finding[] = [];
  if (version < OLDEST_VERSION) {
    const detail = `${version_text} is too old`;
    findings.push({ name: 'PostgreSQL version', level: 'problem', detail, advice: 'Upgrade to 15 or newer.' });
  }
  if (standby) {
    const detail = 'this server is a standby, which accepts no changes';
    findings.push({
      name: 'PostgreSQL role',
      level: 'problem',
      detail,
      advice: 'Let DATABASE_URL lead to the primary.',
    });
  }
  return findings;
}

function checkSettings(server: Server): Finding[] {
  const off = (['fsync', 'full_page_writes', 'synchronous_commit'] as const).filter((name) => server[name] === 'off');
  if (off.length === 0)
    return [{ name: 'durability', level: 'ok', detail: 'fsync, full_page_writes and synchronous_commit are on' }];
  return off.map((name) => ({
    name: 'durability',
    level: 'problem',
    detail: `${name} is off: an event that was accepted can be lost`,
    advice: `alter system set ${name} = on; select pg_reload_conf();`,
  }));
}

function checkConnections({ connections, max_connections: most }: Server): Finding {
  const detail = `${connections} of ${most} are in use`;
  if (most - connections >= CONNECTIONS) return { name: 'connections', level: 'ok', detail };
  return {
    name: 'connections',
    level: 'warning',
    detail: `${detail}; an API and a worker use up to ${CONNECTIONS}`,
    advice: 'Raise max_connections (it needs a restart) if more processes are to be started.',
  };
}

async function checkPooler(databaseUrl: string): Promise<Finding> {
  try {
    await requireSessions(databaseUrl);
    return { name: 'pooler', level: 'ok', detail: 'each connection is a session of its own' };
  } catch (error) {
    if (!(error instanceof NoSessionsError)) throw error;
    const detail = 'DATABASE_URL leads to a pooler that shares sessions';
    const advice = 'Connect directly, or set pool_mode = session for this database in PgBouncer.';
    return { name: 'pooler', level: 'problem', detail, advice };
  }
}

function compareClocks(differenceMs: number): Finding {
  const seconds = Math.abs(differenceMs / 1000).toFixed(1);
  if (Math.abs(differenceMs) <= MOST_CLOCK_DIFFERENCE_MS) {
    return { name: 'clock', level: 'ok', detail: `PostgreSQL and this machine differ by ${seconds} s` };
  }
  return {
    name: 'clock',
    level: 'problem',
    detail: `PostgreSQL is ${seconds} s ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine`,
    advice:
      'Set the clocks by NTP (timedatectl, chronyc tracking). Schedules and signatures follow the clock of PostgreSQL.',
  };
}

async function checkSchema(databaseUrl: string, done: string[] | null): Promise<Finding> {
  const orm = await createOrm(databaseUrl);
  const { migrationsList = [] } = orm.config.get('migrations');
  await orm.close();
  const names = migrationsList.map(({ name }) => name);
  const missing = names.filter((name) => !done?.includes(name));
  if (missing.length === 0) return { name: 'schema', level: 'ok', detail: `up to date (${names.at(-1)})` };
  const detail = done === null ? 'there is none' : `${missing.length} migrations are missing, from ${missing[0]} on`;
  return { name: 'schema', level: 'problem', detail, advice: 'Run node bin/migrate.ts with the same environment.' };
}

async function checkKey(client: pg.Client, { masterKeys }: Config): Promise<Finding> {
  const opens = await checkMasterKey(client, createSecretBox(...masterKeys));
  if (opens === null) return { name: 'master key', level: 'ok', detail: 'is not in use yet' };
  if (opens) return { name: 'master key', level: 'ok', detail: 'decrypts the stored secrets' };
  const advice = 'Set POSTHORN_MASTER_KEY to the key of this database (docs/operations.md, Keys).';
  return { name: 'master key', level: 'problem', detail: 'does not decrypt the stored secrets', advice };
}

function checkTransactions({ oldest_s: oldest }: Server): Finding[] {
  if (oldest === null || oldest < LONG_TRANSACTION_S) return [];
  const detail = `a transaction has been open for ${Math.round(oldest / 60)} min; dead rows cannot be removed meanwhile`;
  const advice = 'Find it in pg_stat_activity (xact_start), and end it: select pg_terminate_backend(pid).';
  return [{ name: 'transactions', level: 'warning', detail, advice }];
}
