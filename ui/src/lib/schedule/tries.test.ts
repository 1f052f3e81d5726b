import { expect, test } from 'vitest';
import { retryPolicy } from '../../../../core/options/retry-policy.ts';
import { formatOf, triesOf, writeTries } from './tries.ts';

const policy = (maximum_attempts: number, initial_interval: number, backoff_coefficient: number) => ({
  maximum_attempts,
  initial_interval,
  backoff_coefficient,
});

test('the default schedule makes six attempts in 62 minutes', () => {
  const tries = triesOf(retryPolicy.default);
  expect(writeTries(tries)).toEqual(['0:00', '0:02', '0:06', '0:14', '0:30', '1:02']);
  expect(formatOf(tries)).toBe('h:mm');
});

test('seconds are shown if an attempt needs them', () => {
  const tries = triesOf(policy(3, 90, 2));
  expect(writeTries(tries)).toEqual(['0:00:00', '0:01:30', '0:04:30']);
  expect(formatOf(tries)).toBe('h:mm:ss');
});

test('a day or more is shown in days', () => {
  expect(writeTries(triesOf(policy(12, 3600, 4))).slice(0, 5)).toEqual(['0:00', '1:00', '5:00', '21:00', '1 d 21:00']);
});

test('a schedule of one attempt', () => {
  expect(writeTries(triesOf(policy(1, 120, 2)))).toEqual(['0:00']);
});
