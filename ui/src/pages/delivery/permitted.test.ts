import { expect, test } from 'vitest';
import { isCancellable, whyNoRetry } from './permitted.ts';

const webhook = { id: 'w', url: 'https://example.com', active: true, paused_at: null, deleted_at: null };

test('a delivery can be retried while its webhook can receive it', () => {
  expect(whyNoRetry({ status: 'failed', webhook })).toBeNull();
  expect(whyNoRetry({ status: 'failed', webhook: { ...webhook, active: false } })).toContain('turned off');
  expect(whyNoRetry({ status: 'held', webhook: { ...webhook, paused_at: '2026-01-22T10:30:00Z' } })).toContain(
    'paused',
  );
  expect(whyNoRetry({ status: 'failed', webhook: { ...webhook, deleted_at: '2026-01-22T10:30:00Z' } })).toContain(
    'deleted',
  );
});

test('only deliveries that have not ended can be cancelled', () => {
  expect(isCancellable({ status: 'retrying' })).toBe(true);
  expect(isCancellable({ status: 'delivered' })).toBe(false);
  expect(isCancellable({ status: 'cancelled' })).toBe(false);
});
