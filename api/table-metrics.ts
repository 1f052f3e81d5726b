import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import type { HandoverState } from '../delivery/handover/handover-statements.ts';
import {
  findHorizon,
  readCountingDelay,
  readMaintenance,
  type OldestNeeded,
} from '../delivery/statistics/table-state.ts';
import { countWaiting, WAITING_STATES, type Waiting } from '../delivery/statistics/waiting.ts';
import { SharedReads } from './dashboard/shared-reads.ts';

/** How long a count of the waiting deliveries is reused. */
const COUNT_LIFE_MS = 10_000;
const WORKERS = `select count(*)::int as workers from workers where beat_at > now() - interval '6 seconds'`;

export interface TableReads {
  reads: pg.Pool;
  oldest: () => Promise<OldestNeeded | null>;
  handover: () => Promise<HandoverState | undefined>;
}

/** Reports the state of the tables, read at each scrape. The gauges keep their values while the database does not answer. */
export function addTableGauges(registry: Registry, { reads, oldest, handover }: TableReads): void {
  const add = (name: string, help: string, read: () => Promise<Date | number | null | undefined>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const value = await read().catch(() => undefined);
        if (value !== undefined) this.set(value instanceof Date ? value.getTime() / 1000 : (value ?? 0));
      },
    });
  add('posthorn_partitions_until_timestamp_seconds', 'Until when there are partitions; 0: not even now', () =>
    findHorizon(reads),
  );
  add(
    'posthorn_oldest_needed_timestamp_seconds',
    'The time in the id of the oldest delivery that has not ended; 0: none',
    async () => (await oldest())?.at ?? null,
  );
  add(
    'posthorn_maintenance_timestamp_seconds',
    'When the maintenance of the tables last ran; 0: never',
    async () => (await readMaintenance(reads)).doneAt,
  );
  add(
    'posthorn_retention_refused',
    '1: what is past the retention is kept, since a clock may be wrong; the log of a worker says which',
    async () => Number((await readMaintenance(reads)).refusal !== null),
  );
  add(
    'posthorn_counting_delay_seconds',
    "How far the overview's counts are behind, less than a minute while all is well; 0: nothing was counted yet",
    () => readCountingDelay(reads),
  );
  add('posthorn_workers', 'Workers that renewed their lease within six seconds', async () => {
    const { rows } = await reads.query<{ workers: number }>(WORKERS);
    return rows[0]!.workers;
  });
  const refused = new Gauge({
    name: 'posthorn_workflows_refused',
    help: 'Workflows that Temporal refused the living workers for good',
    registers: [registry],
  });
  add(
    'posthorn_deliveries_awaiting_handover',
    'Deliveries that have waited for longer than 30 s for Temporal to take their workflow, up to 10000',
    async () => {
      const state = await handover();
      if (state) refused.set(state.refused);
      return state?.waiting;
    },
  );
}

/** Reports the deliveries that have not ended, by state. */
export function addWaitingGauges(registry: Registry, reads: pg.Pool): void {
  const shared = new SharedReads<Waiting>(COUNT_LIFE_MS);
  const read = () => shared.get('', () => countWaiting(reads)).catch(() => undefined);
  new Gauge({
    name: 'posthorn_deliveries_waiting',
    help: 'Deliveries that have not ended, by state, up to 100000 of each',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const waiting = await read();
      for (const state of waiting ? WAITING_STATES : []) this.set({ state }, waiting!.counts[state]);
    },
  });
  new Gauge({
    name: 'posthorn_oldest_waiting_seconds',
    help: 'Time since the oldest of them was accepted, by state; 0: there is none',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const waiting = await read();
      for (const state of waiting ? WAITING_STATES : []) this.set({ state }, waiting!.oldest[state]);
    },
  });
  new Gauge({
    name: 'posthorn_due_for_seconds',
    help: 'How long the delivery that became due first has been due; 0: none is due',
    registers: [registry],
    async collect() {
      const waiting = await read();
      if (waiting) this.set(waiting.dueFor);
    },
  });
}
