import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Claimed } from './claimed.ts';
import { Flights, type Flight } from './flights.ts';
import { Grouping } from './grouping.ts';

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
  url: 'https://receiver.example',
  secret: '',
  active: true,
  paused: false,
  schedule_attempts: 6,
  initial_units: 2,
  coefficient: 2,
  concurrency: 100,
  rate_limit: null,
  ...fields,
});

const many = (count: number, fields?: Partial<Claimed>) =>
  Array.from({ length: count }, (_, index) => claimed(`d${index}`, fields));

let started: { workflowId: string; size: number }[];
let grouping: Grouping;
let flights: Flights;

function create(maxGroup: number): void {
  started = [];
  flights = new Flights();
  grouping = new Grouping(flights, maxGroup, (workflowId, members: Flight[]) =>
    started.push({ workflowId, size: members.length }),
  );
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  create(50);
});
afterEach(() => void vi.useRealTimers());

test('at ordinary load each delivery has a workflow under its own id', () => {
  grouping.add([claimed('a'), claimed('b')], 'worker');
  expect(started).toEqual([
    { workflowId: 'a', size: 1 },
    { workflowId: 'b', size: 1 },
  ]);
});

test('a large claim gathers in groups of at most the largest size', () => {
  const members = grouping.add(many(120), 'worker');
  vi.advanceTimersByTime(1_000);
  expect(started.map((group) => group.size)).toEqual([50, 50, 20]);
  expect(new Set(members.map((member) => member.workflowId)).size).toBe(3);
});

test('what differs in platform or in its place in the schedule is not in one group', () => {
  grouping.add([...many(30), ...many(30, { attempts: 1 }), ...many(30, { platform: '4calls' })], 'worker');
  vi.advanceTimersByTime(1_000);
  expect(started.map((group) => group.size)).toEqual([30, 30, 30]);
});

test('the allowance for single workflows comes back with time', () => {
  grouping.add(many(5), 'worker');
  grouping.add(many(2), 'worker');
  expect(started).toHaveLength(5);
  vi.advanceTimersByTime(1_000);
  grouping.add(many(2), 'worker');
  expect(started.slice(-2).every((start) => start.size === 1)).toBe(true);
});

test('while more arrive than the allowance covers, even a small claim joins a group', () => {
  for (let second = 0; second < 3; second++) {
    for (let index = 0; index < 10; index++) {
      grouping.add(many(10), 'worker');
      vi.advanceTimersByTime(100);
    }
  }
  expect(started.filter((start) => start.size === 1).length).toBeLessThanOrEqual(10);
});

test('with groups turned off every delivery has its own workflow, however many', () => {
  create(1);
  grouping.add(many(200), 'worker');
  expect(started).toHaveLength(200);
});

test("slow members leave together with their webhook's others", async () => {
  const slow = ['slow1', 'slow2'].map((id) => claimed(id, { webhook_id: 'slow' }));
  const members = grouping.add([...many(40), ...slow], 'worker');
  vi.advanceTimersByTime(1_000);
  for (const member of members.slice(0, 40)) member.land(null);
  await Promise.resolve();
  vi.advanceTimersByTime(3_000);
  expect(started.map((start) => start.size)).toEqual([42, 2]);
  expect(members.at(-1)!.workflowId).toBe(started[1]!.workflowId);
  expect(members[0]!.workflowId).toBe(started[0]!.workflowId);
});
