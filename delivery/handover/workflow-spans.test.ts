import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createTracing } from '../../core/tracing/open-telemetry.ts';
import { readTraceSettings } from '../../core/tracing/trace-settings.ts';
import { WorkflowSpans } from './workflow-spans.ts';

const settings = readTraceSettings({ OTEL_TRACES_EXPORTER: 'otlp' })!;
const spans = new WorkflowSpans(createTracing('worker', settings, pino({ enabled: false })));
const traceOf = (index: number, spanId = '00f067aa0ba902b7') => `00-${String(index).padStart(32, 'a')}-${spanId}-01`;

test('a workflow belongs to each trace of its deliveries once, and to 32 at most', () => {
  const [first, again, second] = [traceOf(1), traceOf(1, '00f067aa0ba902b8'), traceOf(2)];
  const members = [{ trace: first }, { trace: null }, {}, { trace: again }, { trace: second }];
  expect(spans.tracesOf(members)).toEqual([again, second]);
  expect(spans.tracesOf(Array.from({ length: 2_000 }, (_, index) => ({ trace: traceOf(index) })))).toHaveLength(32);
});

test('without tracing it belongs to none', () => {
  expect(new WorkflowSpans(null).tracesOf([{ trace: traceOf(1) }])).toEqual([]);
});
