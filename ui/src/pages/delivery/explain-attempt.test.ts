import { expect, test } from 'vitest';
import { explainAttempt } from './explain-attempt.ts';

const explain = (status_code: number | null, error_message: string | null) =>
  explainAttempt({ status_code, error_message });

test('a successful attempt has no explanation', () => {
  expect(explain(204, null)).toBeNull();
});

test.each([
  [401, 'signature'],
  [302, 'Redirects are not followed'],
  [418, '200 to 299'],
  [507, 'failed'],
  [410, 'turned off'],
])('%i is explained', (status, words) => {
  expect(explain(status, `status ${status}`)).toContain(words);
});

test('a failed connection is explained by its reason', () => {
  expect(explain(null, 'connection refused by 127.0.0.1:9999')).toContain('Nothing listens');
  expect(explain(null, 'refused: a.example leads to an address that is not allowed')).toContain('may not send');
  expect(explain(null, 'no answer within 15 s')).toContain('too long');
  expect(explain(null, 'something unheard of')).toBeNull();
});
