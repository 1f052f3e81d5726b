import { parseArgs } from 'node:util';
import { OLD_STATUSES, type OldStatus } from './convert/old-status.ts';
import { OldClock } from './convert/times.ts';
import { OLD_PLATFORMS, type OldPlatform } from './sources/source.ts';

export const HELP = `Brings webhooks, their deliveries and unfinished retries over from the old system (docs/migration.md).

Usage: posthorn import <source> [options]

The source is a database (postgres://…, mysql://…, mariadb://…), a file of records, one JSON object a line, or - for standard
input. Without one, POSTHORN_IMPORT_SOURCE names it, which other users of the machine cannot see.

  --dry-run             change nothing: count, and list what cannot come over and why
  --yes                 do not ask before changing anything
  --take-over           also take over deliveries that the old system was still to send; stop its queue before
  --stuck-after <time>  leave out those that were created longer ago or before, such as 12h or 2026-01-22 (default 24h)
  --since <time>        deliveries that were created from then on, such as 30d or 2026-01-22 (default: the retention)
  --platform <id>       urpa or 4calls only
  --paused              pause new webhooks: what is emitted for them is held
  --compare             change nothing: compare the deliveries of both systems, from --since (default 1h)
                        to --until (default 10s)
  --go-live             after a parallel run with --paused: cancel held deliveries that the old system had too, and
                        resume the webhooks
  --table <old=name>    a table's name, such as urpa_webhooks=webhooks
  --column <field=name> a column's name, such as urpa_webhook_events.response_code=http_code
  --status <old=new>    what a status means: open, delivered, failed or cancelled
  --timezone <name>     the old application's time zone (default UTC)
  --list <file>         write everything that cannot come over, or only changed, to this file, a line of JSON each
  --json                print the result as JSON

Environment: DATABASE_URL and POSTHORN_MASTER_KEY of Posthorn, or POSTHORN_DATA_DIR of a running npm start; POSTHORN_TARGET_ALLOWLIST,
POSTHORN_RETENTION_DAYS as the workers have them; APP_KEY of the old system if its secrets are encrypted.

Exit codes: 0 done, 1 failed, or something could not come over or differs, 2 the command line is not valid, 130 interrupted.`;

export interface ImportOptions {
  source: string;
  dryRun: boolean;
  yes: boolean;
  takeOver: boolean;
  /** Open deliveries that were created before are left out. */
  stuckBefore: Date;
  /** Null: the retention decides. */
  since: Date | null;
  platforms: readonly OldPlatform[];
  paused: boolean;
  compare: boolean;
  goLive: boolean;
  /** The end of what is compared. */
  until: Date;
  tables: Map<string, string>;
  columns: Map<string, string>;
  statuses: Map<string, OldStatus>;
  clock: OldClock;
  list: string | null;
  json: boolean;
}

/** The command line is not valid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const FLAGS = {
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean' },
  'take-over': { type: 'boolean' },
  'stuck-after': { type: 'string', default: '24h' },
  since: { type: 'string' },
  platform: { type: 'string', multiple: true },
  paused: { type: 'boolean' },
  compare: { type: 'boolean' },
  'go-live': { type: 'boolean' },
  until: { type: 'string', default: '10s' },
  table: { type: 'string', multiple: true },
  column: { type: 'string', multiple: true },
  status: { type: 'string', multiple: true },
  timezone: { type: 'string', default: 'UTC' },
  list: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Null: help is wanted. @throws UsageError */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv, now: Date): ImportOptions | null {
  const { values, positionals } = parse(argv);
  if (values.help) return null;
  const [source = env['POSTHORN_IMPORT_SOURCE'], ...more] = positionals;
  if (!source) throw new UsageError('a source is missing: a database URL, a file, or - for standard input');
  if (more.length > 0) throw new UsageError(`one source at a time, not also ${more[0]}`);
  if (values.compare && (values['take-over'] || values.paused)) {
    throw new UsageError('--compare changes nothing: leave out --take-over and --paused');
  }
  if (values['go-live'] && (values['take-over'] || values.paused || values.compare)) {
    throw new UsageError('--go-live stands alone: leave out --take-over, --paused and --compare');
  }
  const platforms = (values.platform ?? OLD_PLATFORMS).map((id) => oneOf(id, OLD_PLATFORMS, '--platform'));
  const statuses = [...readPairs(values.status ?? [], '--status')].map(
    ([name, status]) => [name.toLowerCase(), oneOf(status, OLD_STATUSES, '--status')] as const,
  );
  return {
    source,
    dryRun: values['dry-run'] ?? false,
    yes: values.yes ?? false,
    takeOver: values['take-over'] ?? false,
    stuckBefore: readMoment(values['stuck-after'], '--stuck-after', now),
    since: values.since === undefined ? null : readMoment(values.since, '--since', now),
    platforms,
    paused: values.paused ?? false,
    compare: values.compare ?? false,
    goLive: values['go-live'] ?? false,
    until: readMoment(values.until, '--until', now),
    tables: readPairs(values.table ?? [], '--table'),
    columns: readPairs(values.column ?? [], '--column'),
    statuses: new Map(statuses),
    clock: readZone(values.timezone),
    list: values.list ?? null,
    json: values.json ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readPairs(pairs: readonly string[], flag: string): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const [name = '', value = '', ...rest] = pair.split('=');
      if (name === '' || value === '' || rest.length > 0) throw new UsageError(`${flag} needs name=value, not ${pair}`);
      return [name, value];
    }),
  );
}

function oneOf<Value extends string>(text: string, valid: readonly Value[], flag: string): Value {
  if (valid.includes(text as Value)) return text as Value;
  throw new UsageError(`${flag}: ${text} is none of ${valid.join(', ')}`);
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function readMoment(text: string, flag: string, now: Date): Date {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now.getTime() - Number(count) * UNITS[unit!]!);
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return new Date(time);
  throw new UsageError(
    `${flag} must be an age such as 30m, 12h or 30d, or a time such as 2026-01-22 or 2026-01-22T10:30:00Z`,
  );
}

function readZone(name: string): OldClock {
  try {
    return new OldClock(name);
  } catch {
    throw new UsageError(`--timezone must be a name such as Europe/Berlin, not ${name}`);
  }
}
