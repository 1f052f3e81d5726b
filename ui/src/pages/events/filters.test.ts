import { expect, test } from 'vitest';
import { isNarrowed, readFilters, toQuery } from './filters.ts';

const everything = { platform: null, org_id: null };
const now = new Date('2026-01-22T10:30:00.000Z');

test('every filter in the URL reaches the API, and a range ends now', () => {
  const params = new URLSearchParams('event=contact.created&q=ada%40example.com&range=1h&since=2020-01-01T00:00:00Z');
  const filters = readFilters(params, { platform: '4calls', org_id: 'org-42' });
  expect(toQuery(filters, now)).toEqual({
    platform: '4calls',
    org_id: 'org-42',
    event: 'contact.created',
    q: 'ada@example.com',
    since: '2026-01-22T09:30:00.000Z',
  });
});

test('without filters the query is empty', () => {
  const filters = readFilters(new URLSearchParams('since=yesterday'), everything);
  expect(toQuery(filters, now)).toEqual({});
  expect(isNarrowed(filters)).toBe(false);
  expect(isNarrowed(readFilters(new URLSearchParams('until=2026-01-22T00:00:00Z'), everything))).toBe(true);
});
