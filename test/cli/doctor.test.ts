import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { createDatabase } from '../database.ts';
import { hasPgBouncer, startPgBouncer } from '../pgbouncer.ts';
import { System } from '../system.ts';
import { Home } from './run.ts';

interface Finding {
  name: string;
  level: 'ok' | 'warning' | 'problem' | 'skipped';
  detail: string;
  advice?: string;
}

const masterKey = randomBytes(32).toString('base64');
let system: System;
let home: Home;
let server: NodeJS.ProcessEnv;

beforeAll(async () => {
  system = await System.start({ env: { POSTHORN_MASTER_KEY: masterKey } });
  home = new Home(system);
  server = {
    DATABASE_URL: system.databaseUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    POSTHORN_MASTER_KEY: masterKey,
  };
});
afterAll(async () => {
  home.remove();
  await system.stop();
});

/** Runs the doctor with the server's environment, and returns the exit code and what it found. */
async function examine(
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; find: (name: string) => Finding | undefined; found: Finding[] }> {
  const ended = await home.run(['doctor', '--json'], { ...server, ...env });
  const found = ended.lines() as Finding[];
  return { code: ended.code, found, find: (name) => found.find((one) => one.name === name) };
}

describe('doctor', () => {
  test('finds nothing wrong with a system that runs', async () => {
    const { code, found, find } = await examine();
    expect(found.filter(({ level }) => level === 'problem')).toEqual([]);
    expect(code).toBe(0);
    for (const name of [
      'API',
      'API ready',
      'workers',
      'settings',
      'PostgreSQL',
      'durability',
      'pooler',
      'clock',
      'schema',
      'master key',
      'Temporal',
      'namespace',
      'search attributes',
      'worker versions',
      'DNS',
      'Node',
      'open files',
    ]) {
      expect(find(name), name).toMatchObject({ name, detail: expect.any(String) });
    }
    expect((await home.ok(['doctor'], server)).stdout).toMatch(/✓ schema +up to date \(m\d{4}-[a-z-]+\)\n/);
  });

  test('says what to do about each thing that is wrong', async () => {
    const empty = await createDatabase('m0004-dashboard');
    try {
      const old = await examine({
        DATABASE_URL: empty.url,
        TEMPORAL_NAMESPACE: 'nowhere',
        POSTHORN_MAX_IN_FLIGHT: '65536',
        POSTHORN_DNS_SERVERS: '127.0.0.1:9',
      });
      expect(old.code).toBe(1);
      expect(old.find('schema')).toMatchObject({
        level: 'problem',
        detail: expect.stringContaining('from m0004-dashboard on'),
        advice: expect.stringContaining('node bin/migrate.ts'),
      });
      expect(old.find('namespace')).toMatchObject({
        level: 'problem',
        advice: expect.stringContaining('temporal operator namespace create --namespace nowhere'),
      });
      expect(old.find('open files')).toMatchObject({ level: 'problem', advice: expect.stringContaining('ulimit -n') });
    } finally {
      await empty.drop();
    }
    const other = await examine({ POSTHORN_MASTER_KEY: randomBytes(32).toString('base64') });
    expect(other.find('master key')).toMatchObject({ level: 'problem', detail: 'does not decrypt the stored secrets' });
    const port = await findFreePort();
    const away = await examine({
      DATABASE_URL: `postgresql://nobody@127.0.0.1:${port}/x`,
      TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    });
    expect(away.find('PostgreSQL')).toMatchObject({
      level: 'problem',
      detail: expect.stringContaining('ECONNREFUSED'),
      advice: expect.stringContaining('DATABASE_URL'),
    });
    expect(away.find('Temporal')).toMatchObject({
      level: 'problem',
      detail: expect.stringContaining(`127.0.0.1:${port}`),
      advice: expect.stringContaining('TEMPORAL_ADDRESS'),
    });
    const unset = await examine({ DATABASE_URL: '', POSTHORN_RETENTION_DAYS: 'many' });
    expect(unset.found.filter(({ name }) => name === 'settings')).toMatchObject([
      { level: 'problem', detail: 'DATABASE_URL is required' },
      { level: 'problem', detail: 'POSTHORN_RETENTION_DAYS must be a whole number from 1 to 36500' },
    ]);
  });

  test('finds settings that lose events, and receivers whose names are not answered', async () => {
    await system.register('http://receiver.invalid/hook');
    const setting = `alter database ${new URL(system.databaseUrl).pathname.slice(1)} set synchronous_commit`;
    await system.sql(`${setting} = off`);
    const { find, code } = await examine({ POSTHORN_DNS_SERVERS: '127.0.0.1:9' });
    await system.sql(`${setting} to default`);
    expect(code).toBe(1);
    expect(find('durability')).toMatchObject({
      level: 'problem',
      detail: expect.stringContaining('synchronous_commit is off'),
      advice: expect.stringContaining('alter system set synchronous_commit = on'),
    });
    expect(find('DNS')).toMatchObject({
      level: 'problem',
      detail: expect.stringContaining('receiver.invalid is not answered'),
      advice: expect.stringContaining('POSTHORN_DNS_SERVERS'),
    });
  });

  test.skipIf(!hasPgBouncer)('recognizes a pooler that shares sessions', async () => {
    const pooler = await startPgBouncer(system.databaseUrl, { pool_mode: 'transaction' });
    try {
      const { find } = await examine({ DATABASE_URL: pooler.url });
      expect(find('pooler')).toMatchObject({
        level: 'problem',
        advice: expect.stringContaining('pool_mode = session'),
      });
    } finally {
      await pooler.close();
    }
  });

  test('says that no worker is alive, and that nothing answers', async () => {
    const nobody = new Home();
    const away = await nobody.run(['doctor', '--api-only', '--json'], {
      POSTHORN_URL: `http://127.0.0.1:${await findFreePort()}`,
      POSTHORN_KEY: 'ph_x',
    });
    expect(away.lines()).toMatchObject([
      { name: 'API', level: 'problem', advice: expect.stringContaining('npm start') },
    ]);
    expect(away.code).toBe(1);
    nobody.remove();
  });
});
