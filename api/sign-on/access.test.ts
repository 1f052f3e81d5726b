import { expect, test } from 'vitest';
import type { GroupRights } from '../../core/single-sign-on.ts';
import { accessesOf, pickAccess } from './access.ts';

const groups = new Map<string, GroupRights>([
  ['ops', { platform: null, orgId: null, scopes: ['admin'] }],
  ['urpa', { platform: 'urpa', orgId: null, scopes: ['webhooks:read'] }],
  ['urpa-events', { platform: 'urpa', orgId: null, scopes: ['events:read'] }],
  ['4calls', { platform: '4calls', orgId: null, scopes: ['events:read'] }],
  ['a', { platform: '4calls', orgId: 'a', scopes: ['events:read'] }],
  ['a-write', { platform: '4calls', orgId: 'a', scopes: ['events:read', 'events:write'] }],
  ['b-admin', { platform: '4calls', orgId: 'b', scopes: ['admin'] }],
]);

const read = (...names: string[]) =>
  accessesOf(groups, names).map(({ platform, orgId, scopes }) => [platform, orgId, [...scopes].join(' ')]);

test('groups without rights give no access', () => {
  expect(read()).toEqual([]);
  expect(read('others', 'OPS', '__proto__')).toEqual([]);
});

test('groups for the same owner add up', () => {
  expect(read('urpa', 'others', 'urpa-events', 'urpa')).toEqual([['urpa', null, 'webhooks:read events:read']]);
  expect(read('a', 'a-write')).toEqual([['4calls', 'a', 'events:read events:write']]);
});

test('a wider access takes the place of those that it includes', () => {
  expect(read('a', 'b-admin', 'ops', 'urpa')).toEqual([[null, null, 'admin']]);
  expect(read('a', '4calls')).toEqual([['4calls', null, 'events:read']]);
});

test('rights for different owners never add up', () => {
  expect(read('4calls', 'a-write')).toEqual([
    ['4calls', null, 'events:read'],
    ['4calls', 'a', 'events:read events:write'],
  ]);
  expect(read('a', 'b-admin', 'urpa')).toEqual([
    ['4calls', 'a', 'events:read'],
    ['4calls', 'b', 'admin'],
    ['urpa', null, 'webhooks:read'],
  ]);
});

test('with several, nothing is picked until one is chosen', () => {
  const accesses = accessesOf(groups, ['a', 'b-admin']);
  expect(pickAccess(accesses, { platform: null, orgId: null })).toBeNull();
  expect(pickAccess(accesses, { platform: '4calls', orgId: null })).toBeNull();
  expect(pickAccess(accesses, { platform: '4calls', orgId: 'b' })).toBe(accesses[1]);
  expect(pickAccess(accesses.slice(0, 1), { platform: null, orgId: null })).toBe(accesses[0]);
  expect(pickAccess([], { platform: '4calls', orgId: 'a' })).toBeNull();
});
