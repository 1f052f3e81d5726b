import { expect, test } from 'vitest';
import { isNarrowed, readFilters, toQuery } from './filters.ts';

const everything = { platform: null, org_id: null };

test('an empty address asks for everything', () => {
  const filters = readFilters(new URLSearchParams(), everything);
  expect(toQuery(filters)).toEqual({});
  expect(isNarrowed(filters)).toBe(false);
});

test('every filter of the address reaches the API', () => {
  const owner = { platform: '4calls', org_id: 'org-1' };
  const filters = readFilters(new URLSearchParams('state=struggling&search=crm&cursor=c1'), owner);
  expect(toQuery(filters)).toEqual({ ...owner, state: 'struggling', search: 'crm', cursor: 'c1' });
  expect(isNarrowed(filters)).toBe(true);
});

test('an unknown state is none, and a page further down does not narrow', () => {
  const filters = readFilters(new URLSearchParams('state=deleted&cursor=c1'), everything);
  expect(toQuery(filters)).toEqual({ cursor: 'c1' });
  expect(isNarrowed(filters)).toBe(false);
});
