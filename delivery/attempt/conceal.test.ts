import { expect, test } from 'vitest';
import { concealSecrets, textsOf } from './conceal.ts';

const result = {
  startedAt: new Date(0),
  durationMs: 1,
  statusCode: 200,
  responseHeaders: { 'x-echo': 'Bearer abcdefgh' },
  responseBody: '{"authorization":"Bearer abcdefgh","token":"abcdefgh","key":"a \\"quoted\\" key","status":"ok"}',
  errorMessage: 'got abcdefgh',
};

test('what the receiver repeats of a secret is not kept', () => {
  expect(concealSecrets(result, textsOf(['Bearer abcdefgh', 'a "quoted" key', 'ok']))).toEqual({
    ...result,
    responseHeaders: { 'x-echo': '[redacted]' },
    responseBody: '{"authorization":"[redacted]","token":"[redacted]","key":"[redacted]","status":"ok"}',
    errorMessage: 'got [redacted]',
  });
});

test('without secrets the result stays as it is', () => {
  expect(concealSecrets(result, textsOf([]))).toBe(result);
});
