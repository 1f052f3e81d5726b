import { expect, test } from 'vitest';
import { matchKey } from './matcher.ts';

const shortcuts = ['g o', 'g d', 'j', '?'];
const nothing = { keys: [], at: 0 };

test('a single key matches at once', () => {
  expect(matchKey(shortcuts, nothing, '?', 10)).toEqual({ kind: 'complete', shortcut: '?' });
});

test('the first of two keys waits for the second', () => {
  const first = matchKey(shortcuts, nothing, 'g', 1000);
  expect(first).toEqual({ kind: 'partial', typed: { keys: ['g'], at: 1000 } });
  expect(matchKey(shortcuts, { keys: ['g'], at: 1000 }, 'd', 1500)).toEqual({ kind: 'complete', shortcut: 'g d' });
});

test('the wait ends after a timeout', () => {
  expect(matchKey(shortcuts, { keys: ['g'], at: 1000 }, 'd', 3000)).toEqual({ kind: 'none' });
});

test('a key that does not continue the sequence counts on its own', () => {
  expect(matchKey(shortcuts, { keys: ['g'], at: 1000 }, 'j', 1200)).toEqual({ kind: 'complete', shortcut: 'j' });
  expect(matchKey(shortcuts, { keys: ['g'], at: 1000 }, 'z', 1200)).toEqual({ kind: 'none' });
});
