import { expect, test } from 'vitest';
import { numberSteps, writeSteps } from './steps.ts';

test('the steps name the headers and the end', () => {
  const text = numberSteps(writeSteps('X-URPA-', '22 January 2026, 10:30 UTC'));
  expect(text).toContain('1. Let the receiver accept a request if X-URPA-Signature or X-URPA-Signature-Next');
  expect(text).toContain('before 22 January 2026, 10:30 UTC.');
  expect(text.split('\n')).toHaveLength(4);
});
