import type { AttemptResult } from '../../core/domain/delivery.ts';
import type { Span, SpanAttributes, Tracing } from '../../core/tracing/tracing.ts';
import type { Claimed } from '../claim/claimed.ts';
import { describeDelivery } from '../claim/delivery-spans.ts';
import type { AttemptRecord, Recorded } from '../record/recorder.ts';
import { classifyFailure } from '../send/failure-text.ts';
import { describeLocation } from '../send/response-text.ts';

/** The span of an attempt, by the conventions for HTTP clients. Null unless the event is traced. What follows is beneath it. */
export function beginAttempt(tracing: Tracing | null, claimed: Claimed): Span | null {
  if (tracing === null || claimed.trace === null) return null;
  const span = tracing.begin('attempt', 'client', claimed.trace, {
    ...describeDelivery(claimed),
    ...describeTarget(claimed.url),
    'http.request.method': 'POST',
    'webhook.id': claimed.delivery_id,
    'posthorn.attempt.trigger': claimed.trigger,
  });
  claimed.trace = span.context;
  return span;
}

/** `message` is null for a success. */
export function endAttempt(span: Span, { statusCode, errorMessage }: AttemptResult, outcome: AttemptRecord['outcome']) {
  span.add({
    'http.response.status_code': statusCode ?? undefined,
    'error.type': errorMessage === null ? undefined : (statusCode?.toString() ?? classifyFailure(errorMessage)),
    'posthorn.outcome': outcome,
  });
  span.end(errorMessage ?? undefined);
}

/** The span of recording an attempt, until its commit; null as above. */
export function beginRecord(tracing: Tracing | null, claimed: Claimed): Span | null {
  if (tracing === null || claimed.trace === null) return null;
  return tracing.begin('record', 'internal', claimed.trace, describeDelivery(claimed));
}

/** Null: the result came too late to change the delivery. */
export function endRecord(span: Span, recorded: Recorded): void {
  span.add({
    'posthorn.delivery.status': recorded?.status ?? 'late',
    'posthorn.delivery.next_attempt_at': recorded?.nextAttemptAt?.toISOString(),
  });
  span.end();
}

/** Without credentials and without the values of the query, which may be some. */
function describeTarget(url: string): SpanAttributes {
  const parsed = URL.parse(url);
  if (parsed === null) return {};
  const { hostname, port, protocol } = parsed;
  return {
    'url.full': describeLocation(url),
    'server.address': hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(port) || (protocol === 'http:' ? 80 : 443),
  };
}
