import { WorkflowNotFoundError } from '@temporalio/client';
import { eventually } from '../eventually.ts';
import type { System } from '../system.ts';
import type { Arena } from './arena.ts';
import { DEAD } from './sites.ts';

/** A delivery and its history. */
interface Row {
  id: string;
  webhook_id: string;
  platform: string;
  status: string;
  attempts: number;
  workflow_id: string | null;
  /** The number of attempts in the history. */
  noted: number;
  /** The highest attempt number. */
  highest: number;
  /** Attempts without a response. Only the receiver knows whether they arrived. */
  unanswered: number;
  /** Attempts with a duplicate number: late results of a worker that had lost its claim. */
  late: number;
  created_at: Date;
  delivered_at: Date | null;
}

const HISTORY = `
  select d.id, d.webhook_id, d.platform, d.status, d.attempts, d.workflow_id, d.created_at, d.delivered_at,
    count(a.id)::int as noted,
    coalesce(max(a.number), 0)::int as highest,
    (count(a.id) filter (where a.status_code is null))::int as unanswered,
    (count(a.id) - count(distinct a.number))::int as late
  from deliveries d left join attempts a on a.delivery_id = d.id
  where d.created_at >= to_timestamp($1::float8 / 1000)
  group by d.id, d.webhook_id, d.platform, d.status, d.attempts, d.workflow_id, d.created_at,
    d.delivered_at`;

const SAMPLE = 6;
const SHOWN = 3;
/** Temporal detects after two minutes that a run of an activity died with its worker. */
const WORKFLOW_LIMIT_MS = 180_000;
/** The time until the workflow of a delivery is started. Groups wait first, and Temporal may be busy. */
const START_MS = 3_000;
/** The time in which a worker starts delayed workflows after an outage of Temporal. */
const CATCH_UP_MS = 30_000;

/**
 * Compares the history of every delivery created since `from` with the arrivals at its receiver. Attempts and arrivals must be equal in
 * number. They may differ by one if the outcome of an attempt was unknown at a kill, or if there was no response in time.
 */
export async function auditDeliveries(arena: Arena, from: number) {
  const rows = (await arena.system.sql(HISTORY, [from])) as unknown as Row[];
  const found = new Map<string, string[]>();
  const blame = (what: string, row: Row) => found.set(what, [...(found.get(what) ?? []), row.id]);
  let duplicates = 0;
  for (const row of rows) {
    const visits = arena.sites.visits.get(row.id) ?? [];
    const unknown = row.unanswered + (arena.unknown.has(row.id) ? 1 : 0) + (hasLapsed(arena, row) ? row.late : 0);
    const repeated = Math.max(0, visits.filter((visit) => visit.ok).length - 1);
    duplicates += repeated;
    const dead = arena.sites.siteOf(row.webhook_id) === DEAD;
    if (row.status !== (dead ? 'failed' : 'delivered'))
      blame(`${dead ? 'to a dead name' : 'not delivered'} but ${row.status}`, row);
    if (dead && row.attempts !== 1) blame('to a dead name, attempted more than once', row);
    if (row.attempts !== row.highest) blame('the history counts its attempts otherwise than it lists them', row);
    if (visits.some(({ site }) => site !== arena.sites.siteOf(row.webhook_id))) blame('arrived at another site', row);
    if (repeated > unknown) blame('arrived again although its outcome was known', row);
    if (Math.abs(visits.length - row.noted) > unknown) {
      blame(`arrived ${visits.length} times, and the history has ${row.noted} attempts`, row);
    }
  }
  const faults = [...found].map(([what, ids]) => `${ids.length} ${what}: ${ids.slice(0, SHOWN).join(' ')}`);
  return { rows, duplicates, faults };
}

function hasLapsed({ lapses }: Arena, { created_at }: Row): boolean {
  return lapses.some(([from, to]) => created_at.getTime() >= from && created_at.getTime() <= to);
}

/**
 * Checks a sample of the deliveries, spread over all of them: the API returns the same data and the workflows have completed.
 * `auditWorkflows` checks those that have not ended yet. If all workers were killed (at `cutAt`) just after they recorded a delivery,
 * its workflow may never start, because nothing is left to do.
 */
export async function auditSample({ system, unended }: Arena, rows: Row[], cutAt: number | null): Promise<string[]> {
  const faults: string[] = [];
  const urpa = rows.filter((row) => row.platform === 'urpa');
  for (let index = 0; index < SAMPLE && index < urpa.length; index++) {
    const row = urpa[Math.floor((index * urpa.length) / SAMPLE)]!;
    const { status, attempt_history } = await system.delivery(row.id);
    if (status !== row.status || attempt_history.length !== row.noted) faults.push(`${row.id}: the API says otherwise`);
    const mayBeMissing = isNear(row.delivered_at, cutAt);
    const workflow = mayBeMissing
      ? await stateOf(system, row.workflow_id!)
      : await startedState(system, row.workflow_id!);
    if (workflow === 'RUNNING') unended.add(row.workflow_id!);
    else if (workflow !== 'COMPLETED' && !(workflow === 'NOT_FOUND' && mayBeMissing)) {
      faults.push(`${row.workflow_id}, the workflow of ${row.id}, is ${workflow}`);
    }
  }
  return faults;
}

/** Runs after all rounds: the workflows of the samples have completed and none is running. */
export async function auditWorkflows({ system, unended }: Arena): Promise<string[]> {
  const faults: string[] = [];
  const client = await system.temporal();
  const query = `TaskQueue = '${system.taskQueue}' and ExecutionStatus = 'Running'`;
  const none = async () => {
    const { count } = await client.workflow.count(query);
    if (count > 0) throw new Error(`${count} workflows are still running`);
    return true;
  };
  await eventually(none, WORKFLOW_LIMIT_MS).catch((error: unknown) => faults.push((error as Error).message));
  for (const id of unended) {
    const workflow = await stateOf(system, id);
    if (workflow !== 'COMPLETED') faults.push(`${id} is ${workflow}`);
  }
  return faults;
}

/** After an outage of Temporal, deliveries may end before their workflows are started. */
async function startedState(system: System, workflowId: string): Promise<string> {
  const check = async () => {
    const state = await stateOf(system, workflowId);
    if (state === 'NOT_FOUND') throw new Error(`${workflowId} is not started`);
    return state;
  };
  return await eventually(check, CATCH_UP_MS).catch(() => 'NOT_FOUND');
}

async function stateOf(system: System, workflowId: string): Promise<string> {
  const { workflow } = await system.temporal();
  try {
    return (await workflow.getHandle(workflowId).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'NOT_FOUND';
    throw error;
  }
}

function isNear(at: Date | null, cutAt: number | null): boolean {
  return at !== null && cutAt !== null && Math.abs(cutAt - at.getTime()) < START_MS;
}
