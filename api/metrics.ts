import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ByteBudget } from '../core/byte-budget.ts';
import type { HandoverState } from '../delivery/handover/handover-statements.ts';
import type { Maintenance, OldestNeeded } from '../delivery/statistics/table-state.ts';

export interface Metrics {
  registry: Registry;
  countEvents(platform: string, count: number): void;
  /** `route` is the path pattern, with parameter names. */
  observeRequest(method: string, route: string, status: number, seconds: number): void;
}

/** Calls `readHandover` on every scrape. The gauges keep their values while the database does not answer. */
export function createMetrics(readHandover: () => Promise<HandoverState | undefined>): Metrics {
  const registry = new Registry();
  const events = new Counter({
    name: 'posthorn_events_accepted_total',
    help: 'Events accepted, repeated ones not counted',
    labelNames: ['platform'],
    registers: [registry],
  });
  const requests = new Histogram({
    name: 'posthorn_http_request_duration_seconds',
    help: 'From the request to the answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const refused = new Gauge({
    name: 'posthorn_workflows_refused',
    help: 'Workflows that Temporal refused the living workers for good',
    registers: [registry],
  });
  new Gauge({
    name: 'posthorn_deliveries_awaiting_handover',
    help: 'Deliveries that have waited for longer than 30 s for Temporal to take their workflow, up to 10000',
    registers: [registry],
    async collect() {
      const state = await readHandover();
      if (!state) return;
      this.set(state.waiting);
      refused.set(state.refused);
    },
  });
  return {
    registry,
    countEvents: (platform, count) => events.inc({ platform }, count),
    observeRequest: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
  };
}

/** Reports the size of the request bodies in memory. */
export function addBodyGauge(registry: Registry, budget: ByteBudget): void {
  new Gauge({
    name: 'posthorn_body_bytes',
    help: 'Bytes of event requests that are being read or wait to be stored',
    registers: [registry],
    collect() {
      this.set(budget.held);
    },
  });
}

export interface TableReads {
  horizon: () => Promise<Date | null>;
  oldest: () => Promise<OldestNeeded | null>;
  maintenance: () => Promise<Maintenance>;
  countingDelay: () => Promise<number | null>;
}

/**
 * Reports the state of the tables: the last partition, the oldest needed delivery, and the last maintenance and rollup. The gauges keep
 * their values while the database does not answer.
 */
export function addTableGauges(registry: Registry, read: TableReads): void {
  const add = (name: string, help: string, readValue: () => Promise<Date | number | null>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const value = await readValue().catch(() => undefined);
        if (value !== undefined) this.set(value instanceof Date ? value.getTime() / 1000 : (value ?? 0));
      },
    });
  add('posthorn_partitions_until_timestamp_seconds', 'Until when there are partitions; 0: not even now', read.horizon);
  add(
    'posthorn_oldest_needed_timestamp_seconds',
    'The time in the id of the oldest delivery that has not ended; 0: none',
    async () => (await read.oldest())?.at ?? null,
  );
  add(
    'posthorn_maintenance_timestamp_seconds',
    'When the maintenance of the tables last ran; 0: never',
    async () => (await read.maintenance()).doneAt,
  );
  add(
    'posthorn_retention_refused',
    '1: what is past the retention is kept, since a clock may be wrong; the log of a worker says which',
    async () => Number((await read.maintenance()).refusal !== null),
  );
  add(
    'posthorn_counting_delay_seconds',
    "How far the overview's counts are behind, less than a minute while all is well; 0: nothing was counted yet",
    read.countingDelay,
  );
}
