import { expect, test } from 'vitest';
import { readTraceSettings } from './trace-settings.ts';

const OTLP = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test.each([
  ['nothing', {}],
  ['a disabled SDK', { ...OTLP, OTEL_SDK_DISABLED: 'TRUE' }],
  ['no exporter', { ...OTLP, OTEL_TRACES_EXPORTER: 'none' }],
  ['settings of other signals alone', { OTEL_METRICS_EXPORTER: 'otlp', OTEL_SERVICE_NAME: 'shop' }],
  ['wrong values, which count for nothing then', { OTEL_TRACES_SAMPLER: 'half', OTEL_BSP_MAX_QUEUE_SIZE: 'many' }],
])('%s: off', (_, env) => {
  expect(readTraceSettings(env)).toBeNull();
});

test.each([
  [OTLP, 'otlp'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' }, 'otlp'],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'otlp'],
  [{ OTEL_TRACES_EXPORTER: 'console' }, 'console'],
])('on by %o, with the defaults of the specification', (env, exporter) => {
  expect(readTraceSettings(env)).toEqual({
    exporter,
    sampler: 'parentbased_always_on',
    ratio: 1,
    batch: { maxQueueSize: 2048, maxExportBatchSize: 512, scheduledDelayMillis: 5000, exportTimeoutMillis: 30_000 },
  });
});

test('the sampler and the batches are as set', () => {
  const sampling = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '.01' };
  expect(readTraceSettings({ ...OTLP, ...sampling, OTEL_BSP_MAX_QUEUE_SIZE: '100' })).toMatchObject({
    sampler: 'traceidratio',
    ratio: 0.01,
    batch: { maxQueueSize: 100, maxExportBatchSize: 100 },
  });
});

test.each([
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER must be otlp, console or none'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that begins with http:// or https://, such as http://localhost:4318',
  ],
  [
    { ...OTLP, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf; others are not supported',
  ],
  [
    { ...OTLP, OTEL_TRACES_SAMPLER: 'jaeger_remote' },
    'OTEL_TRACES_SAMPLER must be always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio',
  ],
  [{ ...OTLP, OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1'],
  [{ ...OTLP, OTEL_BSP_MAX_QUEUE_SIZE: '0' }, 'OTEL_BSP_MAX_QUEUE_SIZE must be a whole number above zero'],
])('%o is refused', (env, message) => {
  expect(() => readTraceSettings(env)).toThrow(new Error(message));
});
