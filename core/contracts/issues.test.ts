import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeIssues, formatPath, quote } from './issues.ts';

const Schema = z.object({
  text: z.string().min(2).max(3),
  list: z
    .array(z.object({ number: z.int().min(1) }))
    .min(1)
    .max(3),
  flag: z.boolean(),
  choice: z.enum(['a', 'b']),
  own: z.string().refine(() => false, { error: 'is never right' }),
});

const messages = (value: unknown) =>
  Object.fromEntries(describeIssues(Schema.safeParse(value).error!).map(({ path, message }) => [path, message]));

test('says what is wrong in words that need no zod', () => {
  expect(messages({ list: [] })).toEqual({
    text: 'is required',
    list: 'must not be empty',
    flag: 'is required',
    choice: 'must be one of a, b',
    own: 'is required',
  });
  expect(messages({ text: 'x', list: [{ number: 0 }, {}, { number: 1.5 }], flag: 1, choice: 'c', own: '' })).toEqual({
    text: 'must be at least 2 characters long',
    'list[0].number': 'must be at least 1',
    'list[1].number': 'is required',
    'list[2].number': 'must be a whole number',
    flag: 'must be a boolean',
    choice: 'must be one of a, b',
    own: 'is never right',
  });
  expect(messages({ list: [1, 2, 3, 4] })).toMatchObject({ list: 'must have at most 3 items' });
  expect(messages([])).toEqual({ '': 'must be an object' });
});

test('writes paths as one would', () => {
  expect(formatPath(['events', 3, 'event'])).toBe('events[3].event');
  expect(formatPath([])).toBe('');
});

test('repeats no more of a value than fits', () => {
  expect(quote('x'.repeat(200))).toHaveLength(101);
  expect(quote(undefined)).toBe('undefined');
});
