import { expect, test } from 'vitest';
import type { Recovery } from '../../../../core/contracts/recovery.ts';
import { describeFilter } from './describe-filter.ts';

const words = (filter: Recovery['filter'], matched = 12) =>
  describeFilter({ filter, matched, matched_exact: true }, filter.webhook_id && 'https://example.com/hooks');

test.each<[Recovery['filter'], string]>([
  [{ status: ['failed'] }, 'failed deliveries'],
  [{ status: ['failed', 'cancelled'], event: 'contact.created' }, 'failed or cancelled deliveries of contact.created'],
  [{ status: ['failed'], webhook_id: 'w' }, 'failed deliveries to https://example.com/hooks'],
  [{ status: ['failed'], since: '2026-01-22T00:00:00Z' }, 'failed deliveries accepted since 2026-01-22T00:00:00Z'],
  [{ status: ['retrying'], until: '2026-01-22T00:00:00Z' }, 'retrying deliveries accepted before 2026-01-22T00:00:00Z'],
  [
    { status: ['failed', 'cancelled', 'retrying'], ids: ['a', 'b'] },
    'selected deliveries that were failed, cancelled or retrying',
  ],
])('%j is described', (filter, text) => {
  expect(words(filter)).toBe(text);
});

test('one delivery takes the singular, and an unknown webhook is shown by its id', () => {
  expect(words({ status: ['failed'], ids: ['a'] }, 1)).toBe('selected delivery that was failed');
  expect(
    describeFilter({ filter: { status: ['failed'], webhook_id: '0000-12345678' }, matched: 2, matched_exact: true }),
  ).toBe('failed deliveries to webhook …12345678');
});
