import { expect, test } from 'vitest';
import { countFilters, readFilters, toQuery, toRecovery } from './filters.ts';

const now = new Date('2026-01-22T10:00:00Z');
const everything = { platform: null, org_id: null };
const read = (query: string, owner: { platform: string | null; org_id: string | null } = everything) =>
  readFilters(new URLSearchParams(query), owner);

test('a URL without parameters has no filters', () => {
  expect(toQuery(read(''), now)).toEqual({});
  expect(countFilters(read(''))).toBe(0);
});

test('every filter in the URL reaches the API', () => {
  const filters = read(
    'status=failed,held,nonsense&event=contact.created&webhook_id=w1&event_id=e1&q=4711&since=2026-01-21T00:00Z&until=2026-01-22T00:00Z',
    { platform: '4calls', org_id: 'org-1' },
  );
  expect(toQuery(filters, now)).toEqual({
    platform: '4calls',
    org_id: 'org-1',
    status: 'failed,held',
    event: 'contact.created',
    q: '4711',
    webhook_id: 'w1',
    event_id: 'e1',
    since: '2026-01-21T00:00:00.000Z',
    until: '2026-01-22T00:00:00.000Z',
  });
  expect(countFilters(filters)).toBe(6);
});

test('a range ends now and takes precedence over fixed times', () => {
  expect(toQuery(read('range=1h&since=2020-01-01T00:00:00Z'), now)).toEqual({ since: '2026-01-22T09:00:00.000Z' });
  expect(toQuery(read('since=yesterday'), now)).toEqual({});
});

test('the recoverable statuses follow from the status filter', () => {
  expect(toRecovery(read('event=contact.created'), now)).toEqual({ status: ['failed'], event: 'contact.created' });
  expect(toRecovery(read('status=failed,cancelled,delivered'), now)).toEqual({ status: ['failed', 'cancelled'] });
  expect(toRecovery(read('status=delivered'), now)).toBeNull();
  expect(toRecovery(read('event_id=e1'), now)).toBeNull();
  expect(toRecovery(read('q=4711'), now)).toBeNull();
});
