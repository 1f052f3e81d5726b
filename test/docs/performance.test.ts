import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findTable, readPage } from './markdown.ts';

test('the performance page lists all scenarios', () => {
  const documented = findTable(readPage('docs/performance.md'), 'scenario | what it measures').map(([name]) => name);
  const files = readdirSync(new URL('../../bench/scenarios', import.meta.url));
  expect(documented.toSorted()).toEqual(files.map((file) => file.replace(/\.ts$/, '')).toSorted());
});
