import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createTracing } from './open-telemetry.ts';
import { readTraceSettings } from './trace-settings.ts';
import { splitContext, traceIdOf } from './tracing.ts';

// Nothing is exported, because no span ends.

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;

function tracingWith(sampler: string, ratio = '1', process: 'api' | 'worker' = 'api') {
  const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio };
  return createTracing(process, readTraceSettings(env)!, pino({ enabled: false }));
}

function receive(traceparent?: string, tracestate?: string, tracing = tracingWith('parentbased_always_on')) {
  return tracing.receive('accept', 'server', { traceparent, tracestate })?.context;
}

test.each([PARENT, `01-${TRACE}-${SPAN}-01-what-a-later-version-adds`, `00-${TRACE}-${SPAN}-03`])(
  '%s is continued by a span of its trace',
  (traceparent) => {
    expect(receive(traceparent)).toMatch(new RegExp(`^00-${TRACE}-(?!${SPAN})[0-9a-f]{16}-01$`));
  },
);

test.each([
  undefined,
  '',
  'hello',
  PARENT.toUpperCase(),
  `${PARENT}-more`,
  `${PARENT}, ${PARENT}`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.slice(1)}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-1`,
  `00-${TRACE}-${SPAN}-01`.replace('7', '\u0667'),
])('%s is ignored with its tracestate, and a new trace begins', (traceparent) => {
  const context = receive(traceparent, 'vendor=a')!;
  expect(context).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(traceIdOf(context)).not.toBe(TRACE);
});

test.each([
  ['vendor=a,other=b', 'vendor=a,other=b'],
  [' vendor=a ,\tother=b,', 'vendor=a,other=b'],
  ['no member,=b,Upper=c,ok=d', 'ok=d'],
  [`long=${'x'.repeat(600)},ok=d`, 'ok=d'],
  [
    Array.from({ length: 40 }, (_, index) => `v${index}=a`).join(),
    Array.from({ length: 32 }, (_, index) => `v${index}=a`).join(),
  ],
  ['', undefined],
])('of the tracestate %j, what is valid and fits in goes on', (tracestate, kept) => {
  expect(splitContext(receive(PARENT, tracestate)!)[1]).toBe(kept);
});

test('a span beneath a stored place in a trace keeps its trace and its tracestate', () => {
  const tracing = tracingWith('always_off', '0', 'worker');
  const { context } = tracing.begin('claim', 'internal', `${PARENT} vendor=a`, {});
  expect(context).toMatch(new RegExp(`^00-${TRACE}-(?!${SPAN})[0-9a-f]{16}-01 vendor=a$`));
});

test('the sampler decides: with a parent-based one the emitter does, otherwise not', () => {
  const unsampled = PARENT.replace(/01$/, '00');
  expect(receive(unsampled)).toBeUndefined();
  expect(receive(undefined, undefined, tracingWith('parentbased_traceidratio', '0'))).toBeUndefined();
  expect(receive(PARENT, undefined, tracingWith('parentbased_traceidratio', '0'))).toBeDefined();
  expect(receive(PARENT, undefined, tracingWith('traceidratio', '0'))).toBeUndefined();
  expect(receive(unsampled, undefined, tracingWith('traceidratio', '1'))).toBeDefined();
  expect(receive(PARENT, undefined, tracingWith('always_off'))).toBeUndefined();
  expect(receive(unsampled, undefined, tracingWith('always_on'))).toBeDefined();
});
