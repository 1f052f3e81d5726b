import { expect, test } from 'vitest';
import { isNarrowed, readFilters, toQuery } from './filters.ts';

const everything = { platform: null, org_id: null };

test('a URL without parameters has no filters', () => {
  const filters = readFilters(new URLSearchParams(), everything);
  expect(toQuery(filters)).toEqual({});
  expect(isNarrowed(filters)).toBe(false);
});

test('every filter in the URL reaches the API', () => {
  const owner = { platform: '4calls', org_id: 'org-1' };
  const filters = readFilters(new URLSearchParams('state=struggling&search=crm&cursor=c1'), owner);
  expect(toQuery(filters)).toEqual({ ...owner, state: 'struggling', search: 'crm', cursor: 'c1' });
  expect(isNarrowed(filters)).toBe(true);
});

test('an unknown state is ignored, and a cursor does not count as a filter', () => {
  const filters = readFilters(new URLSearchParams('state=deleted&cursor=c1'), everything);
  expect(toQuery(filters)).toEqual({ cursor: 'c1' });
  expect(isNarrowed(filters)).toBe(false);
});
