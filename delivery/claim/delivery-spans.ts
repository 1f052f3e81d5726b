import { AsyncLocalStorage } from 'node:async_hooks';
import { traceIdOf, type SpanAttributes, type TraceContext, type Tracing } from '../../core/tracing/tracing.ts';
import type { Claimed } from './claimed.ts';

/** The spans of the activity run that is making attempts, by their trace. */
export type ActivitySpans = ReadonlyMap<string, TraceContext>;

export interface ClaimMade {
  statement: { name: string };
  /** By `performance.now()`. */
  begunAt: number;
  /** Undefined for a dispatcher. */
  activity?: ActivitySpans | undefined;
}

const running = new AsyncLocalStorage<ActivitySpans>();

export function inActivitySpans<Result>(spans: TraceContext[], run: () => Result): Result {
  return running.run(new Map(spans.map((span) => [traceIdOf(span), span])), run);
}

/** Undefined outside of activity runs, and for one that is not traced. */
export function activitySpans(): ActivitySpans | undefined {
  return running.getStore();
}

/**
 * Gives each traced delivery of a claim a span from the beginning of the statement to now. What follows is beneath that span. It is itself
 * beneath the activity run that claimed it, or else beneath the span that accepted the event, however long ago.
 */
export function traceClaims(tracing: Tracing, rows: Claimed[], { statement, begunAt, activity }: ClaimMade): void {
  // Not by `performance.timeOrigin`, from which the clock drifts away over the days.
  const startedAt = Date.now() - (performance.now() - begunAt);
  for (const row of rows) {
    if (row.trace === null) continue;
    const parent = activity?.get(traceIdOf(row.trace)) ?? row.trace;
    const attributes = {
      ...describeDelivery(row),
      'posthorn.claim.statement': statement.name,
      'posthorn.claim.deliveries': rows.length,
    };
    const span = tracing.begin('claim', 'internal', parent, attributes, startedAt);
    span.end();
    row.trace = span.context;
  }
}

export function describeDelivery(claimed: Claimed): SpanAttributes {
  const { delivery_id, event_id, event_type, webhook_id, platform, org_id, attempts } = claimed;
  return {
    'posthorn.delivery.id': delivery_id,
    'posthorn.event.id': event_id,
    'posthorn.event.type': event_type,
    'posthorn.webhook.id': webhook_id,
    'posthorn.platform': platform,
    'posthorn.organization': org_id || undefined,
    'posthorn.attempt.number': attempts + 1,
  };
}
