import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { eventually } from '../eventually.ts';
import { startProxy } from '../proxy.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { findMetrics, scrape } from '../scrape.ts';
import { crash, System } from '../system.ts';

// A system that has delivered, failed, retried and given up, and holds one delivery.

const TWICE = { retry_policy: { maximum_attempts: 2 } };
/** A worker takes one of these ports after METRICS_PORT if that is in use. */
const NEXT_PORTS = 20;

let system: System;
let receiver: Receiver;
let port: number;
let workerUrl: string;

beforeAll(async () => {
  port = await findFreePort();
  workerUrl = `http://127.0.0.1:${port}`;
  [system, receiver] = await Promise.all([
    System.start({ retryUnit: '100ms', env: { METRICS_PORT: String(port) } }),
    startReceiver(),
  ]);
  receiver.answer((arrival, response, count) => {
    const first = receiver.of(String(arrival.headers['webhook-id'])).length === 1;
    status(arrival.path === '/bad' || (arrival.path === '/flaky' && first) ? 500 : 200)(arrival, response, count);
  });
  for (const path of ['/good', '/flaky', '/bad']) await system.register(new URL(path, receiver.url).toString(), TWICE);
  const url = new URL('/held', receiver.url).toString();
  const { id } = await system.register(url, { events: ['activity.completed'] });
  await system.call('POST', `/api/urpa/integrations/webhooks/${id}/pause`);
  await system.emit({ id: '2' }, 'activity.completed');
  const ids = await system.emit();
  await Promise.all(
    ids.map((id) => eventually(async () => ['delivered', 'failed'].includes((await system.delivery(id)).status))),
  );
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
});

const source = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('what waits is counted by state, with the age of the oldest', async () => {
  const { series } = await scrape(system.apiUrl);
  const states = ['due', 'in_flight', 'backoff', 'line', 'held'];
  const counts = states.map((state) => series.get(`posthorn_deliveries_waiting{state="${state}"}`));
  expect(counts).toEqual([0, 0, 0, 0, 1]);
  const ages = states.map((state) => series.get(`posthorn_oldest_waiting_seconds{state="${state}"}`)!);
  expect(ages.slice(0, 4)).toEqual([0, 0, 0, 0]);
  expect(ages[4]).toBeGreaterThan(0);
  expect(ages[4]).toBeLessThan(600);
});

test('every metric that the alerts and the dashboard name exists', async () => {
  await eventually(async () => (await scrape(workerUrl)).text.includes('temporal_request_latency'));
  const texts = await Promise.all([scrape(system.apiUrl), scrape(workerUrl)]);
  const known = new Set(texts.flatMap(({ series }) => [...series.keys()].map((name) => name.replace(/\{.*/, ''))));
  const named = [
    ...findMetrics(source('ops/prometheus/alerts.yml')),
    ...findMetrics(source('ops/grafana/posthorn.json')),
  ];
  expect(named.length).toBeGreaterThan(60);
  expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
});

test('the page on operations lists exactly the metrics that exist', async () => {
  const texts = await Promise.all([scrape(system.apiUrl), scrape(workerUrl)]);
  const declared = texts.flatMap(({ text }) =>
    [...text.matchAll(/^# TYPE (posthorn_\w+) /gm)].map(([, name]) => name!),
  );
  const [, section = ''] = source('docs/operations.md').split(/^## Metrics$/m);
  const documented = section.match(/posthorn_[a-z_]+(?=`)/g)!;
  expect([...new Set(documented)].toSorted()).toEqual([...new Set(declared)].toSorted());
});

test('accepted events, attempts and commits are counted exactly', async () => {
  const api = (await scrape(system.apiUrl)).series;
  expect(api.get('posthorn_events_accepted_total{platform="urpa"}')).toBe(2);
  expect(api.get('posthorn_deliveries_accepted_total{platform="urpa"}')).toBe(4);
  expect(api.get('posthorn_commit_rows_total{work="accept"}')).toBe(2);
  expect(api.get('posthorn_workers')).toBe(1);
  const worker = (await scrape(workerUrl)).series;
  const attempts = (result: string, answer: string) =>
    worker.get(`posthorn_attempts_total{platform="urpa",result="${result}",answer="${answer}"}`);
  expect([attempts('delivered', '2xx'), attempts('retry', '5xx'), attempts('failed', '5xx')]).toEqual([2, 2, 1]);
  expect(worker.get('posthorn_commit_rows_total{work="record"}')).toBe(5);
  expect(worker.get('posthorn_attempt_duration_seconds_count')).toBe(5);
  expect(worker.get('posthorn_delivery_duration_seconds_count{attempts="one"}')).toBe(1);
  expect(worker.get('posthorn_delivery_duration_seconds_count{attempts="more"}')).toBe(1);
  expect(worker.get('posthorn_workflow_deliveries_sum')).toBe(3);
  expect(worker.get('posthorn_workflow_start_duration_seconds_count{answer="accepted"}')).toBeGreaterThan(0);
});

test.each(['the API', 'the worker'])('%s writes OpenMetrics for a scraper that prefers it', async (process) => {
  const url = process === 'the API' ? system.apiUrl : workerUrl;
  const { text, contentType } = await scrape(url, 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5');
  expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(text).toMatch(/[^\n]\n# EOF\n$/);
  expect(text).not.toContain('\n\n');
  const counters = [...text.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name!);
  expect(counters.length).toBeGreaterThan(5);
  for (const name of counters) expect(text).not.toMatch(new RegExp(`^${name}[{ ]`, 'm'));
  expect((await scrape(url)).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('no label grows with webhooks or organizations', async () => {
  const emitTo = async (organizations: string[]) => {
    for (const org of organizations) {
      const base = `/api/coordinator/organizations/${org}`;
      for (const path of ['/good', '/bad']) {
        const url = new URL(path, receiver.url).toString();
        await system.call('POST', `${base}/webhooks`, { url, events: ['contact.created'], ...TWICE });
      }
      await system.call('POST', `${base}/events`, { event: 'contact.created', data: { id: org } });
    }
    await eventually(async () => (await system.sql('select from outbox where due_at is not null')).length === 0);
  };
  const names = async () => {
    const scrapes = await Promise.all([scrape(system.apiUrl), scrape(workerUrl)]);
    return scrapes.flatMap(({ series }) => [...series.keys()]).filter((name) => name.startsWith('posthorn_'));
  };
  await emitTo(['org-first']);
  const before = await names();
  await emitTo(Array.from({ length: 30 }, (_, index) => `org-${index}`));
  expect(await names()).toEqual(before);
  const texts = await Promise.all([scrape(system.apiUrl), scrape(workerUrl)]);
  expect(texts.map(({ text }) => text).join('')).not.toMatch(/org-\d|[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

test('a second worker on the same machine takes the next port', async () => {
  const worker = await system.startWorker();
  const others = Array.from({ length: NEXT_PORTS }, (_, index) => `http://127.0.0.1:${port + 1 + index}`);
  const answers = await Promise.allSettled(others.map((url) => scrape(url)));
  const found = answers.find(
    (one) => one.status === 'fulfilled' && one.value.text.includes('posthorn_lease_age_seconds'),
  );
  expect(found).toBeDefined();
  await crash(worker);
});

test('a worker that cannot reach PostgreSQL is alive and not ready, and can be scraped', async () => {
  const proxy = await startProxy(system.databaseUrl);
  const own = await findFreePort();
  const url = `http://127.0.0.1:${own}`;
  const worker = await system.startWorker({ DATABASE_URL: proxy.url, METRICS_PORT: String(own), LOG_LEVEL: 'silent' });
  const ready = async () => await fetch(`${url}/readyz`);
  try {
    const answer = await ready();
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok', temporal: 'connected' }]);
    proxy.freeze();
    const reason = await eventually(async () => {
      const refusal = await ready();
      return refusal.status === 503 && ((await refusal.json()) as { reason: string }).reason;
    });
    expect(reason).toMatch(/^the lease could not be renewed for \d+ s: the database does not answer$/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await scrape(url)).series.get('posthorn_lease_age_seconds')).toBeGreaterThan(2);
    proxy.thaw();
    await eventually(async () => (await ready()).status === 200);
  } finally {
    await crash(worker);
    await proxy.close();
  }
});
