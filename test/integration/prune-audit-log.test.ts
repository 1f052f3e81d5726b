import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { maintainTables } from '../../activities/maintain-tables.ts';
import { uuidAt } from '../../core/db/partitions.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

const DAY_MS = 24 * 3600 * 1000;
const RETENTION_DAYS = 30;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.query('truncate audit_log'));

async function note(daysAgo: number, action: string, subjectId: string, details: object = {}): Promise<string> {
  const at = new Date(Date.now() - daysAgo * DAY_MS);
  const id = uuidAt(at).slice(0, 14) + uuidv7().slice(14);
  await database.query(
    `insert into audit_log (id, at, actor, action, platform, org_id, subject_id, details) values ($1, $2, 'me', $3, 'urpa', '', $4, $5)`,
    [id, at, action, subjectId, details],
  );
  return id;
}

async function left(): Promise<string[]> {
  await maintainTables(database.query, RETENTION_DAYS, pino({ enabled: false }));
  return (await database.query('select id from audit_log order by id')).map((row) => String(row['id']));
}

test('the audit log is kept as long as the deliveries', async () => {
  const retried = uuidv7();
  await note(50, 'delivery.retried', retried);
  await note(40, 'key.revoked', uuidv7());
  const kept = [await note(36, 'delivery.retried', retried), await note(1, 'delivery.retried', retried)];
  await database.query(
    `insert into audit_log (id, actor, action, details)
     select ($1 || lpad(to_hex(n), 12, '0'))::uuid, 'me', 'delivery.cancelled', '{}' from generate_series(1, 5000) n`,
    [uuidAt(new Date(Date.now() - 60 * DAY_MS)).slice(0, 24)],
  );
  expect(await left()).toEqual(kept);
});

test("entries that define a webhook's state at the start of that time are kept longer", async () => {
  const [changed, off, untouched] = [uuidv7(), uuidv7(), uuidv7()];
  const kept = [
    await note(90, 'webhook.registered', untouched, { url: 'https://a.example', events: ['a'], active: true }),
  ];
  await note(89, 'webhook.registered', changed, { events: ['a'], active: true });
  await note(88, 'webhook.updated', changed, { fields: ['events'], events: ['a', 'b'] });
  await note(87, 'webhook.updated', changed, { fields: ['description'] });
  kept.push(await note(86, 'webhook.updated', changed, { fields: ['events'], events: ['c'] }));
  await note(85, 'webhook.paused', changed);
  kept.push(await note(84, 'webhook.updated', changed, { fields: ['active'], active: true }));
  kept.push(await note(83, 'webhook.registered', off, { events: ['a'], active: true }));
  kept.push(await note(82, 'webhook.turned_off', off, { reason: 'gone' }));
  await note(81, 'webhook.tested', off, { event: 'a' });
  kept.push(await note(2, 'webhook.updated', changed, { fields: ['events', 'active'], events: ['d'], active: false }));
  expect(await left()).toEqual(kept);
});
