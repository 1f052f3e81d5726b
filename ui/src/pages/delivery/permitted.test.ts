import { expect, test } from 'vitest';
import { isCancellable, whyNoRetry } from './permitted.ts';

const webhook = { id: 'w', url: 'https://example.com', active: true, paused_at: null, deleted_at: null };

test('a delivery can be retried while its webhook can receive it', () => {
  expect(whyNoRetry({ webhook, waits_for: null })).toBeNull();
  expect(whyNoRetry({ webhook, waits_for: 'd' })).toContain('comes first');
  expect(whyNoRetry({ webhook: { ...webhook, active: false }, waits_for: null })).toContain('turned off');
  expect(whyNoRetry({ webhook: { ...webhook, paused_at: '2026-01-22T10:30:00Z' }, waits_for: null })).toContain(
    'paused',
  );
  expect(whyNoRetry({ webhook: { ...webhook, deleted_at: '2026-01-22T10:30:00Z' }, waits_for: null })).toContain(
    'deleted',
  );
});

test('only deliveries that have not ended can be cancelled', () => {
  expect(isCancellable({ status: 'retrying' })).toBe(true);
  expect(isCancellable({ status: 'delivered' })).toBe(false);
  expect(isCancellable({ status: 'cancelled' })).toBe(false);
});
