import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ByteBudget } from '../core/byte-budget.ts';
import type { Intake } from '../delivery/accept/intake.ts';

export interface Metrics {
  registry: Registry;
  /** Counts what was accepted: not what an idempotency key repeated. */
  countAccepted(platform: string, events: number, deliveries: number): void;
  /** `route` is the path pattern, with parameter names. */
  observeRequest(method: string, route: string, status: number, seconds: number): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const events = new Counter({
    name: 'posthorn_events_accepted_total',
    help: 'Events accepted, repeated ones not counted',
    labelNames: ['platform'],
    registers: [registry],
  });
  const deliveries = new Counter({
    name: 'posthorn_deliveries_accepted_total',
    help: 'Deliveries of these events',
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
  return {
    registry,
    countAccepted(platform, accepted, ofThem) {
      events.inc({ platform }, accepted);
      deliveries.inc({ platform }, ofThem);
    },
    observeRequest: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
  };
}

/** Reports what event requests hold in memory, against the limit, and how many of them wait for a commit. */
export function addIntakeGauges(registry: Registry, budget: ByteBudget, intake: Pick<Intake, 'waiting'>): void {
  const add = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  add('posthorn_body_bytes', 'Bytes of event requests that are being read or wait to be stored', () => budget.held);
  add('posthorn_body_limit_bytes', 'POSTHORN_MAX_BYTES: requests beyond it get 503', () => budget.most);
  add(
    'posthorn_accept_waiting',
    'Event requests that wait for a commit; beyond 10000 they get 503',
    () => intake.waiting,
  );
}
