import type { SystemHealth } from '../../core/contracts/dashboard/operation.ts';
import type { ApiDeps } from '../deps.ts';

/** A worker that was silent for longer is taken for dead by the others. */
const SILENT = `interval '6 seconds'`;

interface WorkerRow {
  id: string;
  host: string;
  pid: number;
  beat_at: Date;
  started_at: Date;
  alive: boolean;
}

const WORKERS = `
  select id, host, pid, beat_at, started_at, beat_at > now() - ${SILENT} as alive from workers order by started_at, id`;

export async function readHealth(deps: ApiDeps): Promise<SystemHealth> {
  const [database, temporal] = await Promise.all([readDatabase(deps), deps.workflows.check()]);
  return { ...database, temporal };
}

async function readDatabase({ reads, log }: ApiDeps): Promise<Pick<SystemHealth, 'database' | 'workers'>> {
  const begun = performance.now();
  try {
    const { rows } = await reads.query<WorkerRow>(WORKERS);
    const took = Math.max(1, Math.round(performance.now() - begun));
    const workers = rows.map((row) => ({
      ...row,
      beat_at: row.beat_at.toISOString(),
      started_at: row.started_at.toISOString(),
    }));
    return { database: { ok: true, detail: `PostgreSQL answers within ${took} ms` }, workers };
  } catch (error) {
    log.warn({ err: error }, 'the database does not answer the dashboard');
    return { database: { ok: false, detail: 'PostgreSQL does not answer: nothing is accepted' }, workers: [] };
  }
}
