import { expect, test } from 'vitest';
import { writeSchedule, writeTimeline } from './timeline.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 22, 10, minute));
const attempt = (number: number, minute: number, error: string | null) => ({
  number,
  trigger: 'automatic' as const,
  started_at: at(minute).toISOString(),
  duration_ms: 5,
  status_code: error ? 503 : 200,
  response_headers: null,
  response_body: null,
  error_message: error,
});
const facts = {
  status: 'pending' as const,
  error_message: null,
  created_at: at(0),
  delivered_at: null,
  failed_at: null,
  attempt_history: [],
  audit: [],
};

test('a timeline is sorted by time, whatever the source of its entries', () => {
  const timeline = writeTimeline({
    ...facts,
    status: 'delivered',
    delivered_at: at(9),
    attempt_history: [attempt(1, 1, 'answered 503'), attempt(2, 8, null)],
    audit: [
      { at: '2026-01-22T10:02:00.000000+00:00', actor: 'ops', action: 'webhook.paused', details: {} },
      { at: '2026-01-22T10:03:00.000000+00:00', actor: 'ops', action: 'webhook.resumed', details: {} },
      { at: '2026-01-22T10:07:00.000000+00:00', actor: 'ops', action: 'delivery.retried', details: {} },
    ],
  });
  expect(timeline.map(({ type, detail }) => `${type}: ${detail}`)).toEqual([
    'accepted: the event was accepted',
    'attempt: attempt 1 (automatic): answered 503, after 5 ms',
    'held: ops paused the webhook',
    'resumed: ops resumed the webhook',
    'retry_requested: ops requested a retry',
    'attempt: attempt 2 (automatic): 200, after 5 ms',
    'delivered: accepted by the receiver (2xx)',
  ]);
});

test('a failure shows its reason at the end, but not while it is being retried', () => {
  const failed = { ...facts, status: 'failed' as const, failed_at: at(5), error_message: 'answered 410' };
  expect(writeTimeline(failed).at(-1)).toEqual({ at: at(5).toISOString(), type: 'failed', detail: 'answered 410' });
  expect(writeTimeline({ ...failed, status: 'retrying' }).at(-1)!.type).toBe('accepted');
});

const plan = {
  status: 'retrying' as const,
  attempts: 1,
  max_attempts: 6,
  round_start: 0,
  next_attempt_at: at(0),
  options: {},
};
const minutes = (changes: Partial<typeof plan>) =>
  writeSchedule({ ...plan, ...changes }, 60_000).map((entry) => (Date.parse(entry.at) - at(0).getTime()) / 60_000);

test('a schedule contains the remaining attempts, 4, 8, 16 and 32 minutes apart', () => {
  expect(minutes({})).toEqual([0, 4, 12, 28, 60]);
  expect(minutes({ attempts: 5 })).toEqual([0]);
});

test('a manual retry after the end restarts the schedule', () => {
  expect(minutes({ attempts: 6, max_attempts: 12, round_start: 6 })).toEqual([0, 2, 6, 14, 30, 62]);
});
