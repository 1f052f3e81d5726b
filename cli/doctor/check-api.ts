import type { Session } from '../api/model.ts';
import { explainError } from '../api/explain-error.ts';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import type { ConnectionSettings } from '../settings/connection.ts';
import type { Finding } from './finding.ts';

interface Part {
  ok: boolean;
  detail: string;
}

interface Health {
  database: Part;
  temporal: Part;
  workers: { alive: boolean }[];
}

const MOST_CLOCK_DIFFERENCE_MS = 30_000;
const NO_WORKER = 'Start one: node worker.ts. Without workers, events are accepted and wait.';

/** The API, its key, and what it says of its parts. */
export async function checkApi(context: Context): Promise<Finding[]> {
  let url: string;
  try {
    ({ url } = context.connection());
  } catch (error) {
    return [{ ...fromError('API', error, undefined), level: 'warning' }];
  }
  const { api } = context;
  let session: Session;
  try {
    session = await api.session();
  } catch (error) {
    return [fromError('API', error, api.settings)];
  }
  const findings: Finding[] = [
    { name: 'API', level: 'ok', detail: `answers at ${url}; the key is "${session.name}"` },
    compareClocks(api.serverTime() - Date.now()),
  ];
  try {
    await api.get('/readyz');
    findings.push({ name: 'API ready', level: 'ok', detail: 'it can accept events' });
  } catch (error) {
    findings.push({
      ...fromError('API ready', error, api.settings),
      advice: 'See PostgreSQL below; without a schema, run node bin/migrate.ts.',
    });
  }
  try {
    findings.push(...describeHealth(await api.get<Health>('/api/dashboard/health')));
  } catch (error) {
    findings.push({ ...fromError('workers', error, api.settings), level: 'skipped' });
  }
  return findings;
}

function describeHealth({ database, temporal, workers }: Health): Finding[] {
  const alive = workers.filter((worker) => worker.alive).length;
  return [
    { name: 'API: PostgreSQL', level: database.ok ? 'ok' : 'problem', detail: database.detail },
    { name: 'API: Temporal', level: temporal.ok ? 'ok' : 'problem', detail: temporal.detail },
    alive > 0
      ? { name: 'workers', level: 'ok', detail: `${alive} alive` }
      : { name: 'workers', level: 'problem', detail: 'none is alive: nothing is delivered', advice: NO_WORKER },
  ];
}

function compareClocks(differenceMs: number): Finding {
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  if (Math.abs(differenceMs) < MOST_CLOCK_DIFFERENCE_MS)
    return { name: 'API: clock', level: 'ok', detail: 'agrees with this machine' };
  return {
    name: 'API: clock',
    level: 'problem',
    detail: `differs from this machine by ${seconds} s`,
    advice: 'Receivers refuse signatures whose time is off: set the clocks by NTP (chronyc tracking, timedatectl).',
  };
}

function fromError(name: string, error: unknown, settings: ConnectionSettings | undefined): Finding {
  const explained = error instanceof CommandError ? error : explainError(error, settings);
  if (!explained) throw error;
  const { message, hint } = explained;
  return { name, level: 'problem', detail: message, ...(hint !== undefined && { advice: hint }) };
}
