import type { SystemHealth } from '../../core/contracts/dashboard/operation.ts';
import { HANDOVER_STATE, type HandoverState } from '../../delivery/handover/handover-statements.ts';
import { readCountingDelay } from '../../delivery/statistics/table-state.ts';
import type { ApiDeps } from '../deps.ts';

/** A worker without a heartbeat for this long counts as dead. */
const SILENT = `interval '6 seconds'`;

type Part = SystemHealth['temporal'];

interface WorkerRow {
  id: string;
  host: string;
  pid: number;
  beat_at: Date;
  started_at: Date;
  alive: boolean;
}

/** A shorter delay of the counts is not mentioned, in seconds. */
const LONG_DELAY_S = 5 * 60;

const WORKERS = `
  select id, host, pid, beat_at, started_at, beat_at > now() - ${SILENT} as alive from workers order by started_at, id`;

export async function readHealth(deps: ApiDeps): Promise<SystemHealth> {
  const [database, temporal, handover] = await Promise.all([
    readDatabase(deps),
    deps.workflows.check(),
    readHandover(deps),
  ]);
  return { ...database, replica: describeReplica(deps.replica), temporal: describeTemporal(temporal, handover) };
}

function describeReplica(replica: ApiDeps['replica']): SystemHealth['replica'] {
  if (!replica) return null;
  const { refusal, lag } = replica;
  if (refusal) return { ok: false, detail: `it is not used, the primary answers instead: ${refusal.detail}` };
  return { ok: true, detail: `the replica is at most ${lag.toFixed(1)} s behind` };
}

/** Undefined if the database does not answer. */
export async function readHandover({ reads }: Pick<ApiDeps, 'reads'>): Promise<HandoverState | undefined> {
  try {
    return (await reads.query<HandoverState>(HANDOVER_STATE)).rows[0];
  } catch {
    return undefined;
  }
}

export function describeTemporal(temporal: Part, handover: HandoverState | undefined): Part {
  if (!handover) return temporal;
  const { waiting, refused, refusal } = handover;
  const details = [temporal.detail];
  if (waiting > 0)
    details.push(`${waiting} ${waiting === 1 ? 'delivery waits' : 'deliveries wait'} for it to take a workflow`);
  if (refused > 0)
    details.push(
      `it refused ${refused} ${refused === 1 ? 'workflow' : 'workflows'} for good (${refusal ?? 'no reason'})`,
    );
  return { ok: temporal.ok && refused === 0, detail: details.join('; ') };
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
    const late = describeDelay((await readCountingDelay(reads)) ?? 0);
    return { database: { ok: true, detail: `PostgreSQL answers within ${took} ms${late}` }, workers };
  } catch (error) {
    log.warn({ err: error }, 'database unavailable for the dashboard');
    return { database: { ok: false, detail: 'PostgreSQL does not answer: nothing is accepted' }, workers: [] };
  }
}

function describeDelay(seconds: number): string {
  if (seconds < LONG_DELAY_S) return '';
  return `; the overview's counts are ${Math.round(seconds / 60)} min behind`;
}
