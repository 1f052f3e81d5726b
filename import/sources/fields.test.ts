import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { findColumns, FIELDS, TABLES } from './fields.ts';

const page = readFileSync(new URL('../../docs/migration.md', import.meta.url), 'utf8');
const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));

test('docs/migration.md has every table, and every field with its columns', () => {
  for (const { name } of TABLES) expect(page).toContain(`| \`${name}\``);
  for (const [kind, fields] of Object.entries(FIELDS)) {
    const documented = rows
      .filter((cells) => cells[1] === kind)
      .map((cells) => [cells[2], cells[3], cells[4] === 'yes']);
    const actual = Object.entries(fields).map(([field, { columns, required }]) => [
      `\`${field}\``,
      columns.map((column) => `\`${column}\``).join(', '),
      required === true,
    ]);
    expect(documented).toEqual(actual);
  }
});

test('the first column that exists holds a field, unless another is named', () => {
  const existing = ['id', 'endpoint', 'target', 'events', 'enabled'];
  const found = findColumns('webhook', existing, new Map());
  expect(found.columns.get('url')).toBe('endpoint');
  expect(found.columns.get('active')).toBe('enabled');
  expect(found.lacking).toEqual([]);
  expect(found.missing).toContain('secret');
  expect(findColumns('webhook', existing, new Map([['url', 'target']])).columns.get('url')).toBe('target');
  expect(findColumns('webhook', existing, new Map([['url', 'gone']])).lacking).toEqual(['url (gone)']);
  expect(findColumns('webhook', ['id'], new Map()).lacking).toEqual(['url', 'events']);
});
