import { Gauge, type Registry } from 'prom-client';
import { LANE_STATES } from '../../core/domain/lane-state.ts';
import { describeLane } from '../concurrency/describe-lane.ts';
import type { Lane } from '../concurrency/lane.ts';
import type { EngineState } from './engine-state.ts';

export interface Limits {
  maxInFlight: number;
  maxBytes: number;
}

/** Reports what the engine holds, read at each scrape. */
export function addEngineGauges(registry: Registry, read: () => EngineState, limits: Limits): void {
  const add = (name: string, help: string, value: (state: EngineState) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(read()));
      },
    });
  add(
    'posthorn_in_flight_deliveries',
    'Claimed deliveries whose result is not recorded yet',
    (state) => state.inFlight,
  );
  add('posthorn_in_flight_limit', 'POSTHORN_MAX_IN_FLIGHT', () => limits.maxInFlight);
  add('posthorn_payload_bytes', 'Bytes of payloads in memory', (state) => state.payloadBytes);
  add('posthorn_payload_limit_bytes', 'POSTHORN_MAX_BYTES', () => limits.maxBytes);
  add('posthorn_lease_age_seconds', 'Time since the lease was confirmed; beyond 2.5 no attempt begins', (state) =>
    Math.min(state.unconfirmedMs / 1_000, 1e9),
  );
  add(
    'posthorn_handover_backlog',
    'Deliveries whose workflow this worker has yet to start in Temporal',
    (state) => state.handoverBacklog,
  );
  add('posthorn_queued_deliveries', 'Claimed deliveries that wait in lanes', ({ lanes }) =>
    sum(lanes, (lane) => lane.queue.length),
  );
  add('posthorn_running_attempts', 'Attempts that have been begun and have no result', ({ lanes }) =>
    sum(lanes, (lane) => lane.running),
  );
  add('posthorn_longest_attempt_seconds', 'How long the oldest of the running attempts has been running', ({ lanes }) =>
    longestOf(lanes),
  );
  new Gauge({
    name: 'posthorn_lanes',
    help: 'Webhooks with a lane in this worker, by why they are held back; "open": they are not',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const now = performance.now();
      const counts = new Map<string, number>(['open', ...LANE_STATES].map((state) => [state, 0]));
      for (const lane of read().lanes) {
        const state = describeLane(lane, now)?.state ?? 'open';
        counts.set(state, counts.get(state)! + 1);
      }
      for (const [state, count] of counts) this.set({ state }, count);
    },
  });
}

/** Reports whether anybody runs new workflows. */
export function addRoutingGauge(registry: Registry, unattended: () => string | null): void {
  new Gauge({
    name: 'posthorn_workflows_unattended',
    help: '1: nobody runs new workflows, because no version of the workers is current, or the current one has no worker',
    registers: [registry],
    collect() {
      this.set(unattended() === null ? 0 : 1);
    },
  });
}

function sum(lanes: Iterable<Lane<unknown>>, value: (lane: Lane<unknown>) => number): number {
  let total = 0;
  for (const lane of lanes) total += value(lane);
  return total;
}

function longestOf(lanes: Iterable<Lane<unknown>>): number {
  const now = performance.now();
  let longestMs = 0;
  for (const lane of lanes) longestMs = Math.max(longestMs, lane.oldestMs(now));
  return longestMs / 1_000;
}
