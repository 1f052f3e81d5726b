import { expect, test } from 'vitest';
import { matchKey } from './matcher.ts';

const shortcuts = ['g o', 'g d', 'j', '?'];
const nothing = { keys: [], at: 0 };

test('a single key is a shortcut at once', () => {
  expect(matchKey(shortcuts, nothing, '?', 10)).toEqual({ kind: 'complete', shortcut: '?' });
});

test('the first key of two waits for the second', () => {
  const first = matchKey(shortcuts, nothing, 'g', 1000);
  expect(first).toEqual({ kind: 'partial', typed: { keys: ['g'], at: 1000 } });
  expect(matchKey(shortcuts, { keys: ['g'], at: 1000 }, 'd', 1500)).toEqual({ kind: 'complete', shortcut: 'g d' });
});

test('it waits only so long', () => {
  expect(matchKey(shortcuts, { keys: ['g'], at: 1000 }, 'd', 3000)).toEqual({ kind: 'none' });
});

test('a key that does not go on with what was typed counts by itself', () => {
  expect(matchKey(shortcuts, { keys: ['g'], at: 1000 }, 'j', 1200)).toEqual({ kind: 'complete', shortcut: 'j' });
  expect(matchKey(shortcuts, { keys: ['g'], at: 1000 }, 'z', 1200)).toEqual({ kind: 'none' });
});
