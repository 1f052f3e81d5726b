import { expect, test } from 'vitest';
import { changeParams, readChoice, readChoices, writeHref } from './params.ts';

test('changes keep other parameters and remove empty ones', () => {
  const params = new URLSearchParams('platform=urpa&status=failed&event=contact.created');
  const next = changeParams(params, { status: ['failed', 'held'], event: null, webhook_id: undefined });
  expect(writeHref('/deliveries', next)).toBe('/deliveries?platform=urpa&status=failed,held');
  expect(writeHref('/deliveries', changeParams(params, { platform: null, status: [], event: '' }))).toBe('/deliveries');
  expect(params.get('status')).toBe('failed');
});

test('readChoices ignores values that are not allowed', () => {
  const params = new URLSearchParams('range=24h&status=failed,nonsense,held');
  expect(readChoice(params, 'range', ['1h', '24h'], '1h')).toBe('24h');
  expect(readChoice(params, 'range', ['1h'], '1h')).toBe('1h');
  expect(readChoice(params, 'missing', ['1h'], null)).toBeNull();
  expect(readChoices(params, 'status', ['held', 'failed', 'delivered'])).toEqual(['held', 'failed']);
});
