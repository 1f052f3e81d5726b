import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readPage } from './markdown.ts';

const FOLDER = fileURLToPath(new URL('../../ops/prometheus', import.meta.url));
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool)
  console.log('promtool is not installed (Debian: prometheus): its checks of ops/prometheus are skipped');

const alerts = [...readPage('ops/prometheus/alerts.yml').matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name!);

test('every alert has a section that its runbook leads to, and none is left over', () => {
  const page = readPage('docs/alerts.md');
  expect(alerts.length).toBeGreaterThan(20);
  expect([...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)).toEqual(alerts);
  const runbooks = [...readPage('ops/prometheus/alerts.yml').matchAll(/^ +runbook: (\S+)$/gm)].map(([, link]) => link);
  expect(runbooks).toEqual(alerts.map((name) => `docs/alerts.md#${name.toLowerCase()}`));
  for (const section of page.split(/^### /m).slice(1)) expect(section).toMatch(/\*\*Look:\*\*[^]+\*\*Do:\*\*/);
});

test('every alert fires in the tests of the rules', () => {
  const tested = [...readPage('ops/prometheus/alerts.test.yml').matchAll(/alertname="(\w+)"/g)].map(([, name]) => name);
  expect(tested.toSorted()).toEqual(alerts.toSorted());
});

describe.skipIf(!hasPromtool)('promtool', () => {
  test.each([
    ['check', 'rules', 'alerts.yml'],
    ['check', 'config', 'prometheus.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ])('%s %s %s', (...args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0, said: expect.stringContaining('SUCCESS') });
  });
});
