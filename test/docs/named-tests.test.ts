import { expect, test } from 'vitest';
import { findTable, readPage } from './markdown.ts';

test.each([
  ['docs/architecture.md', 'invariant | file | test'],
  ['docs/architecture.md', 'mechanism | without it | file | test'],
  ['docs/reliability.md', 'promise | file | test'],
  ['docs/reliability.md', 'receiver | file | test'],
])('the tests that %s names exist: %s', (page, heading) => {
  const rows = findTable(readPage(page), heading);
  expect(rows.length).toBeGreaterThan(9);
  for (const row of rows) expect(readPage(row.at(-2)!)).toContain(row.at(-1)!);
});
