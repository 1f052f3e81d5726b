import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { System } from '../system.ts';

/** Some of them come with a sweep. */
const BEATS = 12;

test('a sweep that is not answered keeps no beat of the lease waiting', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-test-lease-'));
  const log = join(folder, 'log');
  const system = await System.start({ log: openSync(log, 'w') });
  const client = new pg.Client(system.databaseUrl);
  await client.connect();
  try {
    const beats = async () => Number((await system.sql('select beat from workers'))[0]!['beat']);
    await client.query('begin; lock table outbox in access exclusive mode');
    const before = await beats();
    await eventually(async () => (await beats()) >= before + BEATS, 60_000);
    await client.query('rollback');
    const lines = readFileSync(log, 'utf8');
    expect(lines).toContain('what dead workers had claimed could not be taken over yet');
    const unrenewed = lines.split('\n').filter((line) => line.includes('the lease could not be renewed'));
    expect(unrenewed.filter((line) => line.includes('claimed-walk.ts'))).toEqual([]);
  } finally {
    await client.end();
    await system.stop();
    rmSync(folder, { recursive: true });
  }
});
