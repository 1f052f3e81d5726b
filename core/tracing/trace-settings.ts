import { z } from 'zod';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const isOneOf = (...values: [string, ...string[]]) =>
  z.enum(values, { error: `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` });

const protocol = z.literal('http/protobuf', { error: 'must be http/protobuf; others are not supported' }).optional();

const endpoint = z
  .string()
  .refine((text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? ''), {
    error: 'must be a URL that begins with http:// or https://, such as http://localhost:4318',
  })
  .optional();

const count = (fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) > 0, { error: 'must be a whole number above zero' })
    .transform(Number);

const Environment = z.object({
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'console'], { error: 'must be otlp, console or none' }).default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
  OTEL_TRACES_SAMPLER: isOneOf(...SAMPLERS).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .default('1')
    .refine((text) => /^\d*\.?\d+$/.test(text) && Number(text) <= 1, { error: 'must be a number from 0 to 1' })
    .transform(Number),
  OTEL_BSP_SCHEDULE_DELAY: count(5_000),
  OTEL_BSP_EXPORT_TIMEOUT: count(30_000),
  OTEL_BSP_MAX_QUEUE_SIZE: count(2_048),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: count(512),
});

export interface TraceSettings {
  exporter: 'otlp' | 'console';
  sampler: (typeof SAMPLERS)[number];
  /** The share of traces that `traceidratio` samples. */
  ratio: number;
  /** Spans that wait, spans in one request; how often they are exported and how long that may take, in milliseconds. */
  batch: {
    maxQueueSize: number;
    maxExportBatchSize: number;
    scheduledDelayMillis: number;
    exportTimeoutMillis: number;
  };
}

/**
 * The settings of the standard variables; null: tracing is off. It is on with an OTLP endpoint or with an exporter, unless the SDK is
 * disabled. Nothing is checked while it is off. Where spans go, and with which headers, is read by OpenTelemetry's exporter.
 * @throws Error with a line for every variable that is wrong, and what would be right
 */
export function readTraceSettings(present: NodeJS.ProcessEnv): TraceSettings | null {
  const exporter = present['OTEL_TRACES_EXPORTER'];
  const hasEndpoint =
    present['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined || present['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] !== undefined;
  const isDisabled = present['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
  if (isDisabled || exporter === 'none' || (exporter === undefined && !hasEndpoint)) return null;
  const { data, error } = Environment.safeParse(present);
  if (error) throw new Error(error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'));
  return {
    exporter: data.OTEL_TRACES_EXPORTER,
    sampler: data.OTEL_TRACES_SAMPLER as TraceSettings['sampler'],
    ratio: data.OTEL_TRACES_SAMPLER_ARG,
    batch: {
      maxQueueSize: data.OTEL_BSP_MAX_QUEUE_SIZE,
      maxExportBatchSize: Math.min(data.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, data.OTEL_BSP_MAX_QUEUE_SIZE),
      scheduledDelayMillis: data.OTEL_BSP_SCHEDULE_DELAY,
      exportTimeoutMillis: data.OTEL_BSP_EXPORT_TIMEOUT,
    },
  };
}
