import { expect, test } from 'vitest';
import type { DeliveryDetail } from '../api/model.ts';
import { summarize } from './explain-delivery.ts';

const delivery = {
  status: 'retrying',
  attempts: 1,
  max_attempts: 6,
  status_code: 503,
  error_message: 'status 503',
  schedule: [{ number: 2, at: '2026-01-22T10:30:00Z' }],
  waits_for: null,
  webhook: { active: true, paused_at: null },
} as unknown as DeliveryDetail;

test.each([
  [{}, 'The last attempt failed: status 503. Attempt 2 of 6 is due at 2026-01-22T10:30:00Z.'],
  [{ status: 'pending', attempts: 0, error_message: null, schedule: [] }, 'Accepted, and not tried yet.'],
  [{ waits_for: 'x' }, 'Waits in line for the delivery x, which has the same ordering key.'],
  [{ status: 'delivered', status_code: 204, attempts: 3 }, 'Delivered with 3 attempts; the receiver answered 204.'],
  [
    { status: 'failed', attempts: 6 },
    'Failed for good after 6 attempts of 6: status 503. A retry starts the schedule again.',
  ],
  [
    { status: 'failed', webhook: { active: false } },
    'Failed: status 503. The webhook is off, so it has to be turned on before a retry.',
  ],
  [
    { status: 'cancelled', error_message: 'the webhook was deleted' },
    'Cancelled after 1 attempt: the webhook was deleted. It is not sent unless it is retried.',
  ],
  [{ status: 'held' }, 'Held behind older deliveries of a webhook that was resumed; it is sent after those.'],
] as [Partial<DeliveryDetail>, string][])('%j is summarized', (state, summary) => {
  expect(summarize({ ...delivery, ...state })).toBe(summary);
});
