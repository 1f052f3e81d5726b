import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ERRORS } from '../../core/contracts/errors.ts';
import { findTable, readPage } from './markdown.ts';

const source = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the environment table has every setting with its default', () => {
  const rows = findTable(readPage('docs/operations.md'), 'name | default | meaning');
  const documented = new Map(rows.map(([name = '', value = '']) => [name, value]));
  const settings = [...source('core/config.ts').matchAll(/^ {2}([A-Z_]+): (.*)/gm)];
  expect(settings.length).toBeGreaterThan(10);
  for (const [, name = '', how = ''] of settings) {
    expect(documented.keys()).toContain(name);
    const [, fallback] = /(?:integer\(|duration\(|\.default\()([^,)]+)/.exec(how) ?? [];
    if (fallback) expect([name, documented.get(name)]).toEqual([name, read(fallback)]);
  }
});

test('the page on traces has every variable that is read', () => {
  const rows = findTable(readPage('docs/traces.md'), 'name | default | meaning');
  const names = [...source('core/tracing/trace-settings.ts').matchAll(/^ {2}(OTEL_[A-Z_]+): /gm)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(10);
  const documented = rows.flatMap(([name = '']) => name.match(/OTEL_\w+/g) ?? []);
  expect(names.filter((name) => !documented.includes(name!))).toEqual([]);
});

test.each(['docs/urpa-integration.md', 'docs/4calls-integration.md'])('%s has every error with its status', (path) => {
  const rows = findTable(readPage(path), 'status | code | what to do');
  const documented = rows.flatMap(([status, codes = '']) =>
    [...codes.matchAll(/\w+/g)].map(([code]) => [code, Number(status)]),
  );
  expect(Object.fromEntries(documented)).toEqual(
    Object.fromEntries(Object.entries(ERRORS).map(([code, { status }]) => [code, status])),
  );
});

/** Evaluates a default: `1024 * 1024` is 1048576, `'60s'` is 60s, and an empty string is "empty". */
function read(literal: string): string {
  if (/^[\d_* ]+$/.test(literal)) {
    return String(literal.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1));
  }
  return literal.slice(1, -1) || 'empty';
}
