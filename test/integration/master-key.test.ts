import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { MasterKeyError, requireMasterKey } from '../../core/db/master-key.ts';
import { createSecretBox } from '../../core/secrets.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { startReceiver } from '../receiver.ts';
import { System } from '../system.ts';

const WRONG_KEY = /^POSTHORN_MASTER_KEY is not the key that .*\n$/;

let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await createDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'posthorn-master-key-'));
});
afterAll(async () => {
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => database.query('truncate master_key_sample, webhooks'));

const newBox = () => createSecretBox(randomBytes(32));

async function addWebhook(secret: Buffer): Promise<void> {
  await database.query(
    `insert into webhooks (id, platform, url, secret, events) values (gen_random_uuid(), 'urpa', 'https://receiver.example', $1, '{}')`,
    [secret],
  );
}

describe('the sealed sample', () => {
  test('is created once, even if several processes start for the first time together', async () => {
    const boxes = Array.from({ length: 8 }, newBox);
    const fits = await Promise.allSettled(boxes.map((box) => requireMasterKey(database.pool, box)));
    expect(fits.filter((fit) => fit.status === 'fulfilled')).toHaveLength(1);
    const owner = boxes[fits.findIndex((fit) => fit.status === 'fulfilled')]!;
    await requireMasterKey(database.pool, owner);
    await expect(requireMasterKey(database.pool, newBox())).rejects.toThrow(MasterKeyError);
  });

  test('is not created with a key that cannot decrypt any of the stored secrets', async () => {
    const box = newBox();
    await addWebhook(box.seal('whsec_a'));
    await addWebhook(newBox().seal('whsec_b'));
    await expect(requireMasterKey(database.pool, newBox())).rejects.toThrow(MasterKeyError);
    await requireMasterKey(database.pool, box);
    await expect(requireMasterKey(database.pool, newBox())).rejects.toThrow(MasterKeyError);
  });

  test('is replaced with any key if the operator declares the old one lost', async () => {
    await addWebhook(newBox().seal('whsec_a'));
    await requireMasterKey(database.pool, newBox()).catch(() => undefined);
    await database.query('insert into master_key_sample values (true, null)');
    const box = newBox();
    await requireMasterKey(database.pool, box);
    await expect(requireMasterKey(database.pool, newBox())).rejects.toThrow(MasterKeyError);
  });
});

/** Runs a process until it exits or becomes ready, which it must not. */
async function runWithWrongKey(script: string): Promise<{ code: number | null; stderr: string }> {
  const env = {
    ...process.env,
    PORT: String(await findFreePort()),
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    POSTHORN_DATA_DIR: dataDir,
    POSTHORN_MASTER_KEY: randomBytes(32).toString('hex'),
    POSTHORN_WORKFLOW_BUNDLE: inject('workflowBundle'),
    LOG_LEVEL: 'silent',
  };
  const child = fork(new URL(`../../${script}`, import.meta.url), { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  child.once('message', () => child.kill('SIGTERM'));
  const [stderr, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  return { code: code as number | null, stderr };
}

test.each(['api/server.ts', 'worker.ts', 'bin/start.ts'])('%s does not start with another key', async (script) => {
  await requireMasterKey(database.pool, newBox());
  expect(await runWithWrongKey(script)).toEqual({ code: 1, stderr: expect.stringMatching(WRONG_KEY) });
});

test('a delivery that cannot be signed waits without an attempt until it can be', async () => {
  const [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  try {
    const { id } = await system.register(receiver.url);
    await system.sql('update webhooks set secret = $2 where id = $1', [id, newBox().seal('whsec_other')]);
    const [delivery] = await system.emit();
    await eventually(async () => {
      const later = `select 1 from outbox where claimed_by is null and due_at > now() + interval '30 seconds'`;
      return (await system.sql(later)).length === 1;
    });
    expect(await system.delivery(delivery!)).toMatchObject({
      status: 'pending',
      attempts: 0,
      attempt_history: [],
      error_message: expect.stringContaining('cannot be decrypted'),
    });
    await system.call('PUT', `/api/urpa/integrations/webhooks/${id}`, { secret: 'a-new-secret-of-the-webhook' });
    await system.retry(delivery!);
    expect(await system.reaches(delivery!, 'delivered')).toMatchObject({ attempts: 1, error_message: null });
  } finally {
    await Promise.all([system.stop(), receiver.close()]);
  }
});
