import { expect, test } from 'vitest';
import { findTable, readPage } from './markdown.ts';

test.each([
  ['docs/architecture.md', 'invariant | file | test'],
  ['docs/reliability.md', 'promise | file | test'],
  ['docs/reliability.md', 'receiver | file | test'],
])('the tests that %s relies on exist: %s', (page, heading) => {
  const rows = findTable(readPage(page), heading);
  expect(rows.length).toBeGreaterThan(9);
  for (const [, file = '', name = ''] of rows) expect(readPage(file)).toContain(name);
});
