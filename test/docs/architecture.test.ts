import { expect, test } from 'vitest';
import { findTable, readPage } from './markdown.ts';

test('the tests that the architecture page relies on exist', () => {
  const rows = findTable(readPage('docs/architecture.md'), 'invariant | file | test');
  expect(rows.length).toBeGreaterThan(10);
  for (const [, file = '', name = ''] of rows) expect(readPage(file)).toContain(name);
});
