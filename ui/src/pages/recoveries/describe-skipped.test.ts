import { expect, test } from 'vitest';
import { describeSkipped } from './describe-skipped.ts';

const none = { webhook_deleted: 0, webhook_inactive: 0, webhook_paused: 0, in_flight: 0, event_expired: 0 };

test('skipped deliveries are counted by reason', () => {
  expect(describeSkipped(none)).toBe('');
  expect(describeSkipped({ ...none, webhook_paused: 1200, in_flight: 3 })).toBe(
    '1,203 skipped (1,200 webhook paused, 3 in flight)',
  );
});
