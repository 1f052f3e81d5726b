import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { WorkflowSpans } from '../../delivery/handover/workflow-spans.ts';
import { eventually } from '../eventually.ts';
import { newSpan, startCollector, type OtlpCollector, type ReceivedSpan } from '../otlp-collector.ts';
import { startReceiver, status, type Answer, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { console: {}, filter } } });

const TRACED = {
  // The emitter decides: without its traceparent nothing is traced.
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: '0',
  OTEL_BSP_SCHEDULE_DELAY: '100',
  OTEL_EXPORTER_OTLP_TIMEOUT: '500',
  OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=posthorn',
};
const EVENTS = '/api/urpa/events';
const HEADERS = { 'X-Team': 'value-of-a-header' };

let folder: string;
let log: number;
let system: System;
let receiver: Receiver;
let collector: OtlpCollector;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-traces-'));
  log = openSync(join(folder, 'log'), 'a');
  [receiver, collector] = await Promise.all([startReceiver(), startCollector()]);
  const env = { ...TRACED, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, LOG_LEVEL: 'info' };
  system = await System.start({ env, log, retryUnit: '200ms' });
  await system.register(`${receiver.url}?token=value-of-a-query`, { headers: HEADERS });
});
afterAll(async () => {
  await system.stop();
  await Promise.all([receiver.close(), collector.close()]);
  closeSync(log);
  rmSync(folder, { recursive: true, force: true });
});

const EVENT = { event: 'activity.created', data: { id: 'value-of-a-payload' } };

/** Returns the delivery. */
async function emit(headers: Record<string, string> = {}, to = system): Promise<string> {
  const { body } = await to.call('POST', EVENTS, EVENT, headers);
  return body.deliveries[0].id;
}

const spansOf = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);

const RUN = 'RunActivity:attemptDeliveries';

/** Waits until a trace has these spans, runs of the activity any number of times, and returns them in the order of their beginnings. */
async function traceOf(traceId: string, names: string[]): Promise<ReceivedSpan[]> {
  return await eventually(() => {
    const spans = spansOf(traceId).toSorted((a, b) => Number(a.start - b.start));
    const found = spans.map(({ name }) => name).toSorted();
    while (found.indexOf(RUN) < found.lastIndexOf(RUN)) found.splice(found.indexOf(RUN), 1);
    if (found.join() !== names.toSorted().join()) throw new Error(`the trace has ${found.join(', ')}`);
    return spans;
  });
}

const failOnce: Answer = (arrival, response, count) => {
  const isFirst = receiver.of(String(arrival.headers['webhook-id'])).length === 1;
  status(isFirst ? 503 : 200)(arrival, response, count);
};

const DELIVERED = ['accept', 'claim', 'attempt', 'record', 'StartWorkflow:deliver', 'RunWorkflow:deliver'];

test('an event is one trace, from the emitter to the receiver, with its retry and its workflow', async () => {
  receiver.answer(failOnce);
  const emitter = newSpan();
  const id = await emit({ traceparent: emitter.traceparent, tracestate: 'vendor=a,other=b' });
  await system.reaches(id, 'delivered');
  receiver.answer(status(200));
  const spans = await traceOf(emitter.traceId, [...DELIVERED, RUN, 'claim', 'attempt', 'record']);
  const named = (name: string) => spans.filter((span) => span.name === name);
  const [accept] = named('accept');
  const [start] = named('StartWorkflow:deliver');
  const [run] = named('RunWorkflow:deliver');
  // A run before it may have reported the first failure.
  const lastRun = named(RUN).at(-1);
  const [claim, retryClaim] = named('claim');
  const [attempt, retry] = named('attempt');
  const [record, retryRecord] = named('record');

  const parents = [accept, claim, attempt, record, start, run, lastRun, retryClaim, retry, retryRecord];
  expect(parents.map((span) => span!.parentSpanId)).toEqual([
    emitter.spanId,
    ...[accept, claim, attempt, attempt, start, start, lastRun, retryClaim, retry].map((span) => span!.spanId),
  ]);
  expect(spans.map(({ service }) => service)).toEqual(
    spans.map(({ name }) => (name === 'accept' ? 'posthorn-api' : 'posthorn-worker')),
  );
  expect([accept!.kind, attempt!.kind, start!.kind, claim!.kind]).toEqual([2, 3, 4, 1]);
  expect(accept!.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': EVENTS,
    'http.response.status_code': 202,
    'posthorn.deliveries': 1,
  });
  const { hostname, port, pathname, origin } = new URL(receiver.url);
  expect(attempt!.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.response.status_code': 503,
    'error.type': '503',
    'server.address': hostname,
    'server.port': Number(port),
    'url.full': `${origin}${pathname}?[redacted]`,
    'posthorn.delivery.id': id,
    'posthorn.attempt.number': 1,
    'posthorn.outcome': 'retry',
  });
  expect([attempt!.status, retry!.status.code]).toEqual([{ code: 2, message: 'status 503' }, 0]);
  expect(retry!.attributes).toMatchObject({ 'posthorn.attempt.number': 2, 'posthorn.outcome': 'delivered' });
  expect(retryClaim!.attributes).toMatchObject({ 'posthorn.claim.statement': 'claim-members' });
  expect(run!.attributes).toMatchObject({ 'temporal.workflow.id': id });
  expect(run!.end).toBeGreaterThanOrEqual(lastRun!.end);
  for (const span of spans) expect(span.end).toBeGreaterThanOrEqual(span.start);

  const sent = receiver.of(id).map(({ headers }) => [headers['traceparent'], headers['tracestate']]);
  expect(sent).toEqual(
    [attempt, retry].map((span) => [`00-${emitter.traceId}-${span!.spanId}-01`, 'vendor=a,other=b']),
  );
  expect(collector.requests[0]!['x-tenant']).toBe('posthorn');
});

test('its workflow replays, also without the traces in its history', async () => {
  const [run] = collector.spans.filter(({ name }) => name === 'RunWorkflow:deliver');
  const workflowId = String(run!.attributes['temporal.workflow.id']);
  const history = await (await system.temporal()).workflow.getHandle(workflowId).fetchHistory();
  const traced = history.events!.flatMap(
    (event) => event.workflowExecutionStartedEventAttributes ?? event.activityTaskScheduledEventAttributes ?? [],
  );
  const options = { workflowBundle: { codePath: inject('workflowBundle') }, sinks: new WorkflowSpans(null).sinks };
  const replay = async () => {
    const errors: Error[] = [];
    for await (const { error } of Worker.runReplayHistories(options, [{ workflowId, history }])) {
      if (error) errors.push(error);
    }
    return errors;
  };
  expect(traced.map(({ header }) => Object.keys(header!.fields!))).toEqual([['posthorn-traces'], ['posthorn-traces']]);
  expect(await replay()).toEqual([]);
  for (const attributes of traced) attributes.header = null;
  expect(await replay()).toEqual([]);
});

test('deliveries that share workflows have their own traces, in which no span is missing', async () => {
  receiver.answer(failOnce);
  const emitters = Array.from({ length: 30 }, () => newSpan());
  const ids = await Promise.all(emitters.map(({ traceparent }) => emit({ traceparent })));
  for (const id of ids) await system.reaches(id, 'delivered');
  receiver.answer(status(200));
  const workflows = new Set<unknown>();
  for (const [index, { traceId, spanId }] of emitters.entries()) {
    const spans = await eventually(() => {
      const found = spansOf(traceId);
      const counts = Map.groupBy(found, ({ name }) => name);
      return counts.get('record')?.length === 2 && counts.has('RunWorkflow:deliver') && found;
    });
    const deliveries = spans.flatMap(({ attributes }) => attributes['posthorn.delivery.id'] ?? []);
    expect(new Set(deliveries)).toEqual(new Set([ids[index]]));
    const known = new Set([spanId, ...spans.map((span) => span.spanId)]);
    expect(spans.filter((span) => !known.has(span.parentSpanId)).map(({ name }) => name)).toEqual([]);
    for (const { attributes } of spans) workflows.add(attributes['temporal.workflow.id'] ?? ids[index]);
  }
  expect([...workflows].some((id) => String(id).startsWith('group-'))).toBe(true);
});

test('no span has a payload, a key, a secret, a signature, or a value of a header or a query', () => {
  const [arrival] = receiver.arrivals;
  const { 'x-team': header, 'x-urpa-signature': signature, 'webhook-signature': standard } = arrival!.headers;
  expect([header, arrival!.path]).toEqual(['value-of-a-header', '/hook?token=value-of-a-query']);
  const written = JSON.stringify(collector.spans, (_, value: unknown) => (typeof value === 'bigint' ? '' : value));
  for (const secret of ['value-of-', 'whsec_', system.adminKey, signature, standard]) {
    expect(written).not.toContain(secret);
  }
});

test('without a valid and sampled traceparent nothing is stored, sent or exported', async () => {
  const ignored = [newSpan('00'), newSpan(), newSpan(), newSpan('')];
  const ids = [
    await emit(),
    await emit({ traceparent: ignored[0]!.traceparent, tracestate: 'vendor=a' }),
    await emit({ traceparent: `${ignored[1]!.traceparent}-more` }),
    await emit({ traceparent: ignored[2]!.traceparent.toUpperCase() }),
    await emit({ traceparent: ignored[3]!.traceparent }),
  ];
  for (const id of ids) await system.reaches(id, 'delivered');
  const traced = newSpan();
  const last = await emit({ traceparent: traced.traceparent });
  await system.reaches(last, 'delivered');
  await traceOf(traced.traceId, DELIVERED);
  for (const { traceId } of ignored) expect(spansOf(traceId)).toEqual([]);
  expect(ids.flatMap((id) => receiver.of(id)).flatMap(({ headers }) => headers['traceparent'] ?? [])).toEqual([]);
  const rows = await system.sql(
    'select e.trace is null as untraced from deliveries d join events e on e.id = d.event_id where d.id = any($1) order by d.id',
    [[...ids, last]],
  );
  expect(rows.map((row) => row['untraced'])).toEqual([...ids.map(() => true), false]);
});

test('a batch is one span, with the deliveries of its events beneath it; a refused request is one, too', async () => {
  const batch = newSpan();
  const events = [EVENT, EVENT, EVENT];
  const { body } = await system.call('POST', `${EVENTS}/batch`, { events }, { traceparent: batch.traceparent });
  const ids: string[] = body.results.map((result: { deliveries: { id: string }[] }) => result.deliveries[0]!.id);
  const named = (wanted: string) => spansOf(batch.traceId).filter(({ name }) => name === wanted);
  // The API and the worker send their spans apart.
  const [accepted, each] = await eventually(() => {
    const found = [named('accept'), named('record')] as const;
    return found[0].length > 0 && found[1].length === ids.length && found;
  });
  expect(each.map(({ attributes }) => attributes['posthorn.delivery.id']).toSorted()).toEqual(ids.toSorted());
  expect(accepted.map(({ attributes }) => attributes)).toEqual([
    expect.objectContaining({ 'http.route': `${EVENTS}/batch`, 'posthorn.events': 3, 'posthorn.deliveries': 3 }),
  ]);

  const refused = newSpan();
  await system.call('POST', EVENTS, { event: 'no.such', data: {} }, { traceparent: refused.traceparent });
  const [span] = await traceOf(refused.traceId, ['accept']);
  expect(span!.attributes).toMatchObject({ 'http.response.status_code': 422, 'error.type': 'invalid_request' });
  expect(span!.status.code).toBe(0);
});

const linesOf = (message: string) => readFileSync(join(folder, 'log'), 'utf8').split(message).length - 1;

test('a collector that hangs delays no delivery, and each process logs the outage once', async () => {
  collector.answer(() => {});
  const before = collector.requests.length;
  for (let round = 1; round <= 3; round++) {
    await system.reaches(await emit({ traceparent: newSpan().traceparent }), 'delivered');
    await eventually(() => collector.requests.length >= before + 2 * round);
  }
  await eventually(() => linesOf('traces could not be exported') === 2);
  collector.answer((response) => void response.writeHead(400).end());
  await system.reaches(await emit({ traceparent: newSpan().traceparent }), 'delivered');
  collector.recover();
  await eventually(async () => {
    const { traceId, traceparent } = newSpan();
    await system.reaches(await emit({ traceparent }), 'delivered');
    await traceOf(traceId, DELIVERED);
    return true;
  });
  await eventually(() => linesOf('traces are exported again') === 2);
  expect(linesOf('traces could not be exported')).toBe(2);
});

test('a stop does not wait for a collector that hangs', async () => {
  const [first] = system.livingWorkers();
  const patient = {
    OTEL_EXPORTER_OTLP_TIMEOUT: '60000',
    OTEL_BSP_EXPORT_TIMEOUT: '60000',
  };
  const worker = await system.startWorker(patient);
  const gone = once(first!, 'exit');
  first!.kill('SIGTERM');
  await gone;
  collector.answer(() => {});
  await system.reaches(await emit({ traceparent: newSpan().traceparent }), 'delivered');
  const exited = once(worker, 'exit');
  worker.kill('SIGTERM');
  // With another code if it was ended by force.
  expect(await exited, readFileSync(join(folder, 'log'), 'utf8')).toEqual([0, null]);
});

test('without the variables the SDK is not loaded, and nothing is stored or sent', async () => {
  const loaded = join(folder, 'loaded');
  const hook = new URL('../loaded-modules.mjs', import.meta.url).href;
  const off = await System.start({ env: { NODE_OPTIONS: `--import=${hook}`, LOADED_MODULES: loaded } });
  try {
    await off.register(receiver.url);
    const id = await emit({ traceparent: newSpan().traceparent, tracestate: 'vendor=a' }, off);
    await off.reaches(id, 'delivered');
    const [arrival] = receiver.of(id);
    expect([arrival!.headers['traceparent'], arrival!.headers['tracestate']]).toEqual([undefined, undefined]);
    expect(await off.sql('select trace from events')).toEqual([{ trace: null }]);
  } finally {
    await off.stop();
  }
  const modules = readFileSync(loaded, 'utf8').split('\n');
  expect(modules.some((url) => url.includes('/delivery/attempt/attempt-runner.ts'))).toBe(true);
  // prom-client loads the API of OpenTelemetry, which does nothing by itself.
  const packages = modules.flatMap((url) => /@opentelemetry\/[^/]+/.exec(url)?.[0] ?? []);
  expect([...new Set(packages)]).toEqual(['@opentelemetry/api']);
});
