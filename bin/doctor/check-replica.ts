import { pino } from 'pino';
import type { Finding } from '../../cli/doctor/finding.ts';
import type { Config } from '../../core/config.ts';
import { ReplicaMonitor, type Refusal } from '../../core/db/replica-monitor.ts';

const ADVICE: Record<Refusal['kind'], string> = {
  unknown: 'Repair the connection to PostgreSQL first.',
  away: 'Start it, or correct DATABASE_READ_URL (host, port, user, password, database, sslmode).',
  wrong:
    'Let DATABASE_READ_URL lead to the same database on a streaming replica (session mode in a pooler), or unset it.',
  primary: 'Let DATABASE_READ_URL lead to a streaming replica. Until then all reads go to the primary.',
  behind: 'Look at pg_stat_replication on the primary. Until it has caught up, all reads go to the primary.',
};

/** Checks the server of DATABASE_READ_URL as the API does; nothing if it is not set. */
export async function checkReplica({
  databaseUrl,
  readUrl,
}: Pick<Config, 'databaseUrl' | 'readUrl'>): Promise<Finding[]> {
  if (readUrl === undefined) return [];
  const monitor = new ReplicaMonitor({ databaseUrl, readUrl, log: pino({ level: 'silent' }) });
  try {
    await monitor.start().catch(() => undefined);
    const { refusal, lag } = monitor;
    const name = 'replica';
    if (!refusal) return [{ name, level: 'ok', detail: `is at most ${lag.toFixed(1)} s behind the primary` }];
    const { kind, detail: reason, cause } = refusal;
    const detail = `DATABASE_READ_URL cannot be used: ${reason}${cause ? `: ${cause}` : ''}`;
    return [{ name, level: 'problem', detail, advice: ADVICE[kind] }];
  } finally {
    await monitor.close();
  }
}
