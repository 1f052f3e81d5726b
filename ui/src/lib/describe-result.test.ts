import { expect, test } from 'vitest';
import { describeResult } from './describe-result.ts';

const delivery = {
  status: 'retrying',
  status_code: null,
  error_message: null,
  attempts: 0,
  response_body: null,
} as const;

test('the last attempt has a short description', () => {
  expect(describeResult(delivery).text).toBe('not tried yet');
  expect(describeResult({ ...delivery, attempts: 1, status_code: 503, error_message: 'status 503' }).text).toBe(
    'status 503',
  );
  expect(describeResult({ ...delivery, status: 'delivered', attempts: 1, status_code: 204 }).text).toBe('204');
  expect(describeResult({ ...delivery, attempts: 2 }).text).toBe('no answer');
});

test('only a failed delivery is red', () => {
  expect(describeResult({ ...delivery, status: 'failed', attempts: 6, error_message: 'status 500' }).tone).toBe(
    'text-danger',
  );
  expect(describeResult({ ...delivery, attempts: 1, error_message: 'status 500' }).tone).toBe('');
});
