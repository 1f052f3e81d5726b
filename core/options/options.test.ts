import { expect, test } from 'vitest';
import { createSecretBox } from '../secrets.ts';
import { changeOptions, createOptionReader, readOptions } from './index.ts';

const box = createSecretBox(Buffer.alloc(32, 7));

test('an option that was never set has its default, and stays unset while another one changes', () => {
  expect(readOptions({})).toMatchObject({ limits: { concurrency: 100, rate: null } });
  const stored = changeOptions({}, { limits: { rate: 5 } }, box);
  expect(stored).toEqual({ limits: { concurrency: 100, rate: 5 } });
  expect(readOptions(stored).retry_policy.maximum_attempts).toBe(6);
});

test('a change keeps the members that it leaves out', () => {
  const stored = changeOptions({ limits: { concurrency: 7, rate: 5 } }, { limits: { rate: null } }, box);
  expect(stored).toEqual({ limits: { concurrency: 7, rate: null } });
});

test('options that an older version stored get the members that were added since', () => {
  const older = { limits: { concurrency: 7 } } as unknown as Parameters<typeof readOptions>[0];
  expect(readOptions(older).limits).toEqual({ concurrency: 7, rate: null });
});

test('the same JSON is read once', () => {
  const read = createOptionReader();
  expect(read('{"limits":{"concurrency":7,"rate":null}}').limits.concurrency).toBe(7);
  expect(read('{}')).toBe(read('{}'));
});
