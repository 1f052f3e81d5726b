import { Connection, Client } from '@temporalio/client';
import type { Posthorn } from './posthorn.ts';

/** What Temporal did for some deliveries. */
export interface Used {
  workflows: number;
  /** Billable Actions of Temporal Cloud: starts, runs of activities, timers and signals. */
  actions: number;
  /** Events of the histories. */
  events: number;
  /** Bytes of the histories, payloads included. */
  bytes: number;
}

const AT_ONCE = 8;
const WORKFLOWS = `select distinct workflow_id as id from deliveries where created_at >= $1 and workflow_id is not null`;

/** Reads the histories of the workflows of all deliveries since a time. */
export async function readUsed({ database, temporalAddress }: Posthorn, since: Date): Promise<Used> {
  const { rows } = await database.query<{ id: string }>(WORKFLOWS, [since]);
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  const used: Used = { workflows: 0, actions: 0, events: 0, bytes: 0 };
  const ids = rows.map(({ id }) => id);
  const work = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      const handle = client.workflow.getHandle(id);
      const [{ historySize = 0 }, history] = await Promise.all([handle.describe(), handle.fetchHistory()]);
      const events = history.events ?? [];
      used.workflows++;
      used.actions += events.reduce((sum, event) => sum + actionsOf(event), 0);
      used.events += events.length;
      used.bytes += historySize;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await connection.close();
  return used;
}

type HistoryEvent = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

/** The history has one event for all runs of an activity, with the number of the last one. */
function actionsOf(event: HistoryEvent): number {
  const runs = event.activityTaskStartedEventAttributes?.attempt;
  if (runs) return runs;
  const isAction =
    event.workflowExecutionStartedEventAttributes ??
    event.timerStartedEventAttributes ??
    event.workflowExecutionSignaledEventAttributes;
  return isAction ? 1 : 0;
}
