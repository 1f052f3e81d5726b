import { expect, test } from 'vitest';
import { whyNoTest } from './permitted.ts';

test('only a webhook that is on and not paused can be tested', () => {
  expect(whyNoTest({ active: true, paused: false })).toBeNull();
  expect(whyNoTest({ active: true, paused: true })).toContain('paused');
  expect(whyNoTest({ active: false, paused: true })).toContain('turned off');
});
