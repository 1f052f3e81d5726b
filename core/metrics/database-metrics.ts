import type pg from 'pg';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Reports the connections of each pool, and how many statements wait for one. */
export function addPoolGauges(registry: Registry, pools: Record<string, pg.Pool>): void {
  new Gauge({
    name: 'posthorn_database_connections',
    help: 'Connections to PostgreSQL, by pool and by whether they are in use',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      for (const [pool, { totalCount, idleCount }] of Object.entries(pools)) {
        this.set({ pool, state: 'idle' }, idleCount);
        this.set({ pool, state: 'busy' }, totalCount - idleCount);
      }
    },
  });
  new Gauge({
    name: 'posthorn_database_waiting',
    help: 'Statements that wait for a connection of the pool',
    labelNames: ['pool'],
    registers: [registry],
    collect() {
      for (const [pool, { waitingCount }] of Object.entries(pools)) this.set({ pool }, waitingCount);
    },
  });
}

/** Notes one commit with its rows (events or attempts) and its duration, from the statement to the response. */
export type NoteCommit = (rows: number, seconds: number) => void;

/** Counts the commits of `work`: a label. */
export function countCommits(registry: Registry, work: 'accept' | 'record'): NoteCommit {
  const durations = new Histogram({
    name: 'posthorn_commit_duration_seconds',
    help: 'Statements with their commit, that accept events or record attempts',
    labelNames: ['work'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const rows = new Counter({
    name: 'posthorn_commit_rows_total',
    help: 'Events accepted or attempts recorded in these commits',
    labelNames: ['work'],
    registers: [registry],
  });
  rows.inc({ work }, 0);
  return (count, seconds) => {
    durations.observe({ work }, seconds);
    rows.inc({ work }, count);
  };
}
