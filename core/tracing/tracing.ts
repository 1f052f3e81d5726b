/**
 * A span of a sampled trace, as the parent of what follows: its `traceparent` and, after a space, its `tracestate` if it has one
 * (W3C Trace Context). At most 568 characters.
 */
export type TraceContext = string;

export type SpanKind = 'server' | 'internal' | 'client' | 'producer';

/** Those that are undefined are left out. Nothing personal and no secrets: neither bodies nor header values nor signatures. */
export type SpanAttributes = Record<string, string | number | boolean | undefined>;

/** A span that is not exported before it has ended. */
export interface Span {
  readonly context: TraceContext;
  add(attributes: SpanAttributes): void;
  /** With `error`, the span has failed; call it once. */
  end(error?: string): void;
}

export interface SentContext {
  traceparent: string | undefined;
  tracestate: string | undefined;
}

/** What creates spans. A process without one traces nothing. */
export interface Tracing {
  /** Begins a span that continues a trace of another system if `sent` is valid, or else a new trace. Null: the sampler leaves it out. */
  receive(name: string, kind: SpanKind, sent: SentContext): Span | null;
  /** Begins a span beneath `parent`. `startedAt` in milliseconds since 1970, default: now. */
  begin(name: string, kind: SpanKind, parent: TraceContext, attributes: SpanAttributes, startedAt?: number): Span;
  /** Exports the spans that have ended; waits for the collector for at most three seconds. */
  stop(): Promise<void>;
}

/** The headers of W3C Trace Context that carry it. */
export function traceHeaders(context: TraceContext): Record<string, string> {
  const [traceparent, tracestate] = splitContext(context);
  return { traceparent, ...(tracestate !== undefined && { tracestate }) };
}

export function splitContext(context: TraceContext): [traceparent: string, tracestate?: string] {
  const end = context.indexOf(' ');
  return end === -1 ? [context] : [context.slice(0, end), context.slice(end + 1)];
}

export function traceIdOf(context: TraceContext): string {
  return context.slice(3, 35);
}
