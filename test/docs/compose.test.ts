import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TEMPORAL_VERSION } from '../../bench/temporal-server.ts';
import { SEARCH_ATTRIBUTES } from '../../bin/embedded/temporal.ts';
import { findTable, readPage } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = readPage('docker-compose.yml');
/** The variables that it takes from the shell or from .env, with what stands behind each name: `:-default` or `:?message`. */
const variables = [...page.matchAll(/\$\{([A-Z_]+)([^}]*)\}/g)].map(([, name = '', rest = '']) => ({ name, rest }));
const secrets = new Set(variables.filter(({ name }) => /(PASSWORD|KEY)$/.test(name)).map(({ name }) => name));

test('no secret has a default, and each is made by the commands at its top', () => {
  expect([...secrets].toSorted()).toEqual([
    'POSTGRES_PASSWORD',
    'POSTHORN_ADMIN_KEY',
    'POSTHORN_MASTER_KEY',
    'TEMPORAL_POSTGRES_PASSWORD',
  ]);
  for (const { name, rest } of variables.filter((variable) => secrets.has(variable.name))) {
    expect(rest).toMatch(/^:\?set it to/);
    expect(page.slice(0, page.indexOf('\nname:'))).toContain(`${name}=$(openssl rand -hex `);
  }
});

test('it sets variables that exist', () => {
  const known = findTable(readPage('docs/operations.md'), 'name | default | meaning').map(([name]) => name);
  const block = page.slice(page.indexOf('x-posthorn:'), page.indexOf('x-temporal-database:'));
  const named = [...block.matchAll(/^ {4}([A-Z_]+): /gm)].map(([, name]) => name);
  expect(named).toContain('POSTHORN_MASTER_KEY');
  expect(named.filter((name) => !known.includes(name) && !/^OTEL_/.test(name!))).toEqual([]);
});

test('it starts files of the image, and gives them time to stop', () => {
  const scripts = [...page.matchAll(/\bcommand: \['node', (?:'--[a-z-]+', )?'([\w/.-]+)'\]/g)].map(([, file]) => file!);
  expect(scripts).toEqual(['bin/migrate.ts', 'worker.ts']);
  for (const script of scripts) expect(existsSync(ROOT + script)).toBe(true);
  for (const name of ['api', 'worker']) {
    const [, seconds] = new RegExp(`^  ${name}:\\n[^]*?stop_grace_period: (\\d+)s`, 'm').exec(page)!;
    expect(Number(seconds)).toBeGreaterThan(30 + 5);
  }
});

test("Temporal is the version that the bench builds, with Posthorn's search attributes", () => {
  const tags = [...page.matchAll(/image: temporalio\/(?:server|admin-tools):(\S+)/g)].map(([, tag]) => `v${tag}`);
  expect(new Set(tags)).toEqual(new Set([TEMPORAL_VERSION]));
  const made = [...page.matchAll(/--name (\w+) --type (\w+)/g)].map(([, name, type]) => [name, type]);
  expect(Object.fromEntries(made)).toEqual(SEARCH_ATTRIBUTES);
});

const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;

test.skipIf(!hasCompose)('docker compose reads it, but not without the secrets', () => {
  const config = (env: NodeJS.ProcessEnv) => spawnSync('docker', ['compose', 'config', '--quiet'], { cwd: ROOT, env });
  const given = Object.fromEntries([...secrets].map((name) => [name, 'a'.repeat(64)]));
  expect(config({ PATH: process.env['PATH'], ...given })).toMatchObject({ status: 0 });
  expect(config({ PATH: process.env['PATH'] }).status).not.toBe(0);
});
