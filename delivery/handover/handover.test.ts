import type pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Verdict } from '../../core/domain/verdict.ts';
import type { Claimed } from '../claim/claimed.ts';
import { InFlightDeliveries } from '../claim/in-flight.ts';
import { Handover } from './handover.ts';
import type { Recorded } from '../record/recorder.ts';
import { readOptions } from '../../core/options/index.ts';
import type { Start } from './workflow-starter.ts';

const MINUTE = 60_000;
const DELIVERED: Verdict = { outcome: 'delivered', delayMs: 0, postponed: false, gone: false };
const RETRY: Verdict = { outcome: 'retry', delayMs: 2 * MINUTE, postponed: false, gone: false };
const later = (delayMs: number): Verdict => ({ ...RETRY, delayMs, postponed: true });

const claimed = (id: string, fields: Partial<Claimed> = {}): Claimed => ({
  delivery_id: id,
  event_id: 'event',
  due: 0,
  webhook_id: 'webhook',
  attempts: 0,
  max_attempts: 6,
  round_start: 0,
  trigger: 'automatic',
  workflow_id: null,
  platform: 'urpa',
  org_id: '',
  event_type: 'contact.created',
  body: '{}',
  bytes: 2,
  url: 'https://receiver.example',
  secret: '',
  previous_secret: null,
  previous_secret_expires_at: null,
  active: true,
  paused: false,
  options: readOptions({}),
  unrecovered_since: null,
  trace: null,
  ...fields,
});

let started: Start[];
let handover: Handover;
const inFlight = new InFlightDeliveries({ free: () => undefined });

function create(maxGroup: number): void {
  started = [];
  const starter = { start: (start: Start) => void started.push(start), idle: false };
  const pool = {} as pg.Pool;
  handover = new Handover({ pool, log: pino({ enabled: false }), starter, retryUnitMs: MINUTE, maxGroup });
}

const NEXT = new Date('2026-01-22T10:30:00Z');

const recordedAs = ({ outcome }: Verdict): Recorded =>
  outcome === 'delivered' ? { status: 'delivered', nextAttemptAt: null } : { status: 'retrying', nextAttemptAt: NEXT };

/** So many outcomes, recorded at once; their workflows. */
function record(count: number, verdict: Verdict, fields: Partial<Claimed> = {}, owner: string | null = null): string[] {
  return Array.from({ length: count }, (_, index) => {
    const delivery = inFlight.add(claimed(`d${index}`, fields), 'worker', owner);
    const { workflowId, resolve } = handover.assign(delivery, verdict);
    resolve(recordedAs(verdict), 'attempt 1 of 6 failed with 500');
    return workflowId;
  });
}

const sizes = () => started.map(({ members }) => members.length);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  create(50);
});
afterEach(() => void vi.useRealTimers());

test('at ordinary load each outcome has a workflow under the id of its delivery; what was delivered only says so', () => {
  record(1, DELIVERED);
  record(1, RETRY);
  expect(started).toMatchObject([
    { workflowId: 'd0', known: false, done: { delivered: 1 } },
    { workflowId: 'd0', known: false, plan: { attempt: 1, attemptsLeft: 6, initialIntervalMs: 2 * MINUTE } },
  ]);
  expect(started[1]!.outcome).toEqual({
    message: 'attempt 1 of 6 failed with 500',
    nextAttemptAt: '2026-01-22T10:30:00.000Z',
    plan: { attempt: 2, attemptsLeft: 5, initialIntervalMs: 4 * MINUTE, coefficient: 2 },
  });
  expect(started[1]).not.toHaveProperty('done');
});

test('no workflow is started before its outcome is recorded, and none when it does not count', () => {
  const delivery = inFlight.add(claimed('a'), 'worker', null);
  const { resolve } = handover.assign(delivery, RETRY);
  expect(started).toEqual([]);
  resolve(null, '');
  expect(started).toEqual([]);
});

test('beyond five a second outcomes gather for a second, in groups of at most the largest size', () => {
  record(125, DELIVERED);
  expect(sizes()).toEqual([1, 1, 1, 1, 1, 50, 50]);
  vi.advanceTimersByTime(1_000);
  expect(sizes().slice(5)).toEqual([50, 50, 20]);
  expect(started.at(-1)!.done).toEqual({ delivered: 20 });
});

test('a group waits for those of its outcomes that are not recorded yet', () => {
  record(20, RETRY);
  const { resolve } = handover.assign(inFlight.add(claimed('slow'), 'worker', null), RETRY);
  vi.advanceTimersByTime(5_000);
  expect(sizes()).toEqual([1, 1, 1, 1, 1]);
  resolve(recordedAs(RETRY), 'attempt 1 of 6 failed with 500');
  expect(sizes()).toEqual([1, 1, 1, 1, 1, 16]);
});

test('what does not wait for the same next attempt is not in one group', () => {
  record(5, DELIVERED);
  const groups = [
    record(10, DELIVERED),
    record(10, RETRY),
    record(10, RETRY, { attempts: 1 }),
    record(10, RETRY, { platform: '4calls' }),
    record(10, later(600_000)),
    record(10, later(600_400)),
  ].map((ids) => new Set(ids));
  expect(groups.map((ids) => ids.size)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(new Set(groups.flatMap((ids) => [...ids])).size).toBe(6);
});

test('the allowance for single workflows comes back with time', () => {
  record(12, DELIVERED);
  vi.advanceTimersByTime(2_100);
  started = [];
  record(3, DELIVERED);
  expect(sizes()).toEqual([1, 1, 1]);
});

test('with groups turned off every outcome has its own workflow, however many', () => {
  create(1);
  record(200, RETRY);
  expect(started).toHaveLength(200);
});

test('what a workflow attempted stays with it, but for what its receiver wants later than its group', () => {
  expect(record(1, RETRY, { workflow_id: 'group-a' }, 'group-a')).toEqual(['group-a']);
  expect(record(1, later(600_000), { workflow_id: 'd0' }, 'd0')).toEqual(['d0']);
  expect(started).toEqual([]);
  expect(record(1, later(600_000), { workflow_id: 'group-a' }, 'group-a')).toEqual(['d0']);
  expect(sizes()).toEqual([1]);
});

test('a workflow that may be running is woken', () => {
  record(1, RETRY, { workflow_id: 'd0' });
  record(1, RETRY, { workflow_id: 'group-a' });
  expect(started.map(({ known }) => known)).toEqual([true, false]);
});

test('of a group in which one is held, its activity looks in PostgreSQL', () => {
  record(20, RETRY);
  const { resolve } = handover.assign(inFlight.add(claimed('held'), 'worker', null), RETRY);
  resolve({ status: 'held', nextAttemptAt: null }, 'attempt 1 of 6 failed with 500');
  vi.advanceTimersByTime(1_000);
  expect(started.at(-1)!.members).toHaveLength(16);
  expect(started.at(-1)).not.toHaveProperty('outcome');
});
