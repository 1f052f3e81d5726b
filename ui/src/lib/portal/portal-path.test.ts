import { expect, test } from 'vitest';
import { readBase } from './portal-path.ts';

test('a portal is below its link', () => {
  expect(readBase('/portal/a-1')).toBe('/portal/a-1');
  expect(readBase('/portal/a-1/')).toBe('/portal/a-1');
  expect(readBase('/portal/a-1/webhooks/7')).toBe('/portal/a-1');
});

test('other paths have no portal', () => {
  for (const path of ['/', '/portal', '/portal/', '/webhooks', '/webhooks/portal/a']) expect(readBase(path)).toBe('');
});
