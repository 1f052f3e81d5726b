import { expect, test } from 'vitest';
import { matchPath } from './match.ts';

test('a pattern without parameters matches itself, with or without a trailing slash', () => {
  expect(matchPath('/deliveries', '/deliveries')).toEqual({});
  expect(matchPath('/deliveries', '/deliveries/')).toEqual({});
  expect(matchPath('/', '/')).toEqual({});
});

test('a parameter matches one path segment and is decoded', () => {
  expect(matchPath('/deliveries/:id', '/deliveries/a%20b')).toEqual({ id: 'a b' });
});

test('other paths do not match', () => {
  expect(matchPath('/deliveries/:id', '/deliveries')).toBeNull();
  expect(matchPath('/deliveries', '/events')).toBeNull();
  expect(matchPath('/deliveries/:id', '/deliveries/1/2')).toBeNull();
  expect(matchPath('/deliveries/:id', '/deliveries/%E0%A4%A')).toBeNull();
});
