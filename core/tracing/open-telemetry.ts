import { ROOT_CONTEXT, SpanKind as Kinds, SpanStatusCode, trace, TraceFlags, type Context } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import packageJson from '../../package.json' with { type: 'json' };
import { newId } from '../new-id.ts';
import { tellOutages } from './tell-outages.ts';
import type { TraceSettings } from './trace-settings.ts';
import {
  splitContext,
  type SentContext,
  type Span,
  type SpanKind,
  type TraceContext,
  type Tracing,
} from './tracing.ts';

/** Less than the last steps of a stop may take (core/exit-after.ts). */
const FLUSH_MS = 3_000;

const KINDS: Record<SpanKind, Kinds> = {
  server: Kinds.SERVER,
  internal: Kinds.INTERNAL,
  client: Kinds.CLIENT,
  producer: Kinds.PRODUCER,
};

/** Tracing by OpenTelemetry's SDK. This is the only module that loads it. Nothing is registered globally. */
export function createTracing(process: 'api' | 'worker', settings: TraceSettings, log: Logger): Tracing {
  const exporter = settings.exporter === 'otlp' ? new OTLPTraceExporter() : new ConsoleSpanExporter();
  const provider = new TracerProvider({
    resource: describeProcess(process),
    // Only sampled traces are stored, so a worker never decides.
    sampler: process === 'api' ? samplerOf(settings) : new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new BatchSpanProcessor({ exporter: tellOutages(exporter, log), ...settings.batch })],
  });
  const tracer = provider.getTracer('posthorn', packageJson.version);
  return {
    receive(name, kind, sent) {
      const span = tracer.startSpan(name, { kind: KINDS[kind] }, parentOf(sent));
      return (span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0 ? null : wrap(span);
    },
    begin(name, kind, parent, attributes, startedAt) {
      const [traceparent, tracestate] = splitContext(parent);
      const options = { kind: KINDS[kind], attributes, ...(startedAt !== undefined && { startTime: startedAt }) };
      return wrap(tracer.startSpan(name, options, parentOf({ traceparent, tracestate })));
    },
    async stop() {
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, FLUSH_MS);
      await Promise.race([provider.shutdown().catch(() => undefined), patience.promise]);
      clearTimeout(timer);
    },
  };
}

/** Without a valid `traceparent` there is no parent, and its `tracestate` counts for nothing. */
function parentOf({ traceparent, tracestate }: SentContext): Context {
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (parent === null) return ROOT_CONTEXT;
  parent.isRemote = true;
  if (tracestate !== undefined) parent.traceState = new TraceState(tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

type OtelSpan = ReturnType<ReturnType<TracerProvider['getTracer']>['startSpan']>;

function wrap(span: OtelSpan): Span {
  return {
    context: contextOf(span),
    add: (attributes) => void span.setAttributes(attributes),
    end(error) {
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
      span.end();
    },
  };
}

function contextOf(span: OtelSpan): TraceContext {
  const { traceId, spanId, traceState } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-01`;
  // Bounded by OpenTelemetry: 32 members, 512 characters.
  const tracestate = traceState?.serialize() ?? '';
  return tracestate === '' ? traceparent : `${traceparent} ${tracestate}`;
}

function samplerOf({ sampler, ratio }: TraceSettings): Sampler {
  const root = rootSamplerOf(sampler.replace('parentbased_', ''), ratio);
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSamplerOf(name: string, ratio: number): Sampler {
  if (name === 'traceidratio') return new TraceIdRatioBasedSampler(ratio);
  return name === 'always_off' ? new AlwaysOffSampler() : new AlwaysOnSampler();
}

/** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` come before ours. */
function describeProcess(process: 'api' | 'worker') {
  const own = resourceFromAttributes({
    'service.name': `posthorn-${process}`,
    'service.version': packageJson.version,
    'service.instance.id': newId(),
  });
  const detected = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  return defaultResource().merge(own).merge(detected);
}
