import type { MikroORM } from '@mikro-orm/postgresql';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Execute } from '../../core/db/execute.ts';
import { createOrm } from '../../core/db/orm.ts';
import { inTransaction } from '../../core/db/transaction.ts';
import { tellAutoPaused, tellSecretRotated, tellTurnedOff } from '../../delivery/operational/tell.ts';
import { deleteWebhook } from '../../delivery/pause/webhook-state.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { OPERATIONAL_EVENTS } from '../operational.ts';

const DELIVERY = { delivery_id: uuidv7(), event_id: uuidv7(), event_type: 'contact.created' };

let database: TestDatabase;
let orm: MikroORM;
let webhook: { platform: string; orgId: string; webhookId: string };

beforeAll(async () => {
  database = await createDatabase();
  orm = await createOrm(database.url);
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});
beforeEach(async () => {
  for (const table of ['outbox', 'unrecovered', 'webhooks', 'events']) await database.query(`delete from ${table}`);
  webhook = { platform: '4calls', orgId: 'a', webhookId: await addWebhook('4calls', 'a', ['contact.created']) };
  await addWebhook('posthorn', '', OPERATIONAL_EVENTS);
});

async function addWebhook(platform: string, orgId: string, events: string[]): Promise<string> {
  const id = uuidv7();
  await database.query(
    `insert into webhooks (id, platform, org_id, url, secret, events)
    values ($1, $2, $3, 'https://me:secret@receiver.example:8443/x?secret', '', $4)`,
    [id, platform, orgId, events],
  );
  return id;
}

const TELL: Record<string, (execute: Execute) => Promise<void>> = {
  'webhook.auto_paused': (execute) => tellAutoPaused(execute, webhook, { failures: 10, since: '2026-01-22T10:30:00Z' }),
  'webhook.turned_off': (execute) => tellTurnedOff(execute, webhook, DELIVERY),
  'secret.rotated': (execute) => tellSecretRotated(execute, webhook, new Date('2026-01-23T10:30:00.5Z')),
};

const DETAILS: Record<string, object> = {
  'webhook.auto_paused': { failures: 10, failing_since: '2026-01-22T10:30:00Z' },
  'webhook.turned_off': {
    delivery: { id: DELIVERY.delivery_id, event_id: DELIVERY.event_id, event: 'contact.created' },
  },
  'secret.rotated': { old_secret_expires_at: '2026-01-23T10:30:00Z' },
};

async function told(): Promise<{ event: string; data: object }[]> {
  const rows = await database.query(`
    select body from events e join outbox o on o.event_id = e.id where platform = 'posthorn' order by e.id`);
  return rows.map(({ body }) => JSON.parse(body as string) as { event: string; data: object });
}

test.each(Object.keys(TELL))('%s is stored with its transaction, or not at all', async (type) => {
  const broken = inTransaction(orm, async ({ execute }) => {
    await TELL[type]!(execute);
    throw new Error('the change failed');
  });
  await expect(broken).rejects.toThrow('the change failed');
  expect([await told(), await database.query('select 1 from unrecovered')]).toEqual([[], []]);
  await inTransaction(orm, ({ execute }) => TELL[type]!(execute));
  const subject = {
    platform: '4calls',
    organization: 'a',
    webhook: { id: webhook.webhookId, origin: 'https://receiver.example:8443' },
  };
  expect(await told()).toMatchObject([{ event: type, data: { ...subject, ...DETAILS[type] } }]);
  const unrecovered = await database.query('select webhook_id from unrecovered');
  expect(unrecovered).toEqual(type === 'secret.rotated' ? [] : [{ webhook_id: webhook.webhookId }]);
});

test('a rotation without an overlap says that the old secret is no longer valid', async () => {
  await inTransaction(orm, ({ execute }) => tellSecretRotated(execute, webhook, null));
  expect(await told()).toMatchObject([{ data: { old_secret_expires_at: null } }]);
});

test('the rotation of an operational webhook is not told', async () => {
  const own = { platform: 'posthorn', orgId: '', webhookId: await addWebhook('posthorn', '', ['secret.rotated']) };
  await inTransaction(orm, ({ execute }) => tellSecretRotated(execute, own, null));
  expect(await told()).toEqual([]);
});

test('a deleted webhook does not recover', async () => {
  await inTransaction(orm, ({ execute }) => TELL['webhook.turned_off']!(execute));
  await inTransaction(orm, ({ execute }) => deleteWebhook(execute, webhook.webhookId));
  expect(await database.query('select 1 from unrecovered')).toEqual([]);
});
