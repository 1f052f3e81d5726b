import type { Context } from 'hono';
import { requestId } from '../../core/request-context.ts';
import type { Span, Tracing } from '../../core/tracing/tracing.ts';
import type { Emission, EmitResult } from '../../delivery/accept/emission.ts';
import { explainError } from '../middleware/problem.ts';

interface EmitRequest {
  c: Context;
  /** In OpenAPI notation. */
  path: string;
  platform: string;
  orgId: string;
}

/**
 * Handles a request that emits events in a span, which continues the trace of the emitter's `traceparent`. Without tracing, and if the sampler
 * leaves the trace out, `handle` gets null.
 */
export function traceEmit(
  tracing: Tracing | null,
  request: EmitRequest,
  handle: (span: Span | null) => Promise<Response>,
): Promise<Response> {
  const { c } = request;
  const sent = tracing && { traceparent: c.req.header('traceparent'), tracestate: c.req.header('tracestate') };
  const span = sent && tracing.receive('accept', 'server', sent);
  return span ? handleIn(span, request, handle) : handle(null);
}

async function handleIn(
  span: Span,
  { c, path, platform, orgId }: EmitRequest,
  handle: (span: Span) => Promise<Response>,
): Promise<Response> {
  span.add({
    'http.request.method': c.req.method,
    'http.route': path,
    'posthorn.request.id': requestId(),
    'posthorn.platform': platform,
    'posthorn.organization': orgId || undefined,
  });
  try {
    const response = await handle(span);
    span.add({ 'http.response.status_code': response.status });
    span.end();
    return response;
  } catch (error) {
    const { status, code } = explainError(error);
    span.add({ 'http.response.status_code': status, 'error.type': code });
    span.end(status >= 500 ? code : undefined);
    throw error;
  }
}

/** Stores the span with the events, so that their deliveries continue its trace. */
export function traceEmissions(span: Span | null, emissions: Emission[]): void {
  if (span === null) return;
  for (const emission of emissions) emission.trace = span.context;
}

export function describeResults(span: Span | null, results: EmitResult[]): void {
  if (span === null) return;
  const accepted = results.filter((result) => result.kind === 'accepted');
  const [first] = accepted;
  span.add({
    'posthorn.events': results.length,
    'posthorn.event.id': results.length === 1 ? first?.eventId : undefined,
    'posthorn.deliveries': accepted.reduce((sum, { deliveries }) => sum + deliveries.length, 0),
    'posthorn.replayed': accepted.some(({ replayed }) => replayed) || undefined,
  });
}
