import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createIntake } from '../../delivery/accept/intake.ts';
import { CLAIM_DUE } from '../../delivery/claim/claim-statements.ts';
import type { Claimed } from '../../delivery/claim/claimed.ts';
import { LEASE } from '../../delivery/lease/lease-statements.ts';
import { describeEnd } from '../../delivery/operational/describe-end.ts';
import { Recorder, type AttemptRecord } from '../../delivery/record/recorder.ts';
import { attemptOf } from '../attempt-record.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { ACCEPT_ATTEMPTS, refuseAttemptsOf } from '../refuse-attempts.ts';

type Outcome = AttemptRecord['outcome'];

const WORKERS = [uuidv7(), uuidv7()] as const;
const log = pino({ enabled: false });

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  for (const worker of WORKERS) await database.query(LEASE.enlist, [worker, 'host', 1]);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('delete from outbox');
  await database.query('delete from unrecovered');
  await database.query('delete from webhooks');
  await database.query('delete from events');
});

async function addWebhook(platform: string, orgId: string, events: string[]): Promise<string> {
  const id = uuidv7();
  await database.query(
    `insert into webhooks (id, platform, org_id, url, secret, events) values ($1, $2, $3, 'https://receiver.example/x', '', $4)`,
    [id, platform, orgId, events],
  );
  return id;
}

async function claim(orgId: string, count: number, worker: string = WORKERS[0]): Promise<Claimed[]> {
  const emission = {
    platform: '4calls',
    orgId,
    eventType: 'a.b',
    body: '{}',
    values: [],
    idempotency: null,
    trace: null,
  };
  await createIntake(database.pool).emit(Array.from({ length: count }, () => emission));
  return await claimDue(worker);
}

async function claimDue(worker: string): Promise<Claimed[]> {
  const values = [worker, 256, -Infinity, 2 ** 24];
  const { rows } = await database.pool.query<Claimed>({ ...CLAIM_DUE, values });
  return rows.filter(({ platform }) => platform === '4calls');
}

function ended(claimed: Claimed, outcome: Outcome, worker: string = WORKERS[0]): AttemptRecord {
  const record = attemptOf(worker, claimed.delivery_id, outcome);
  return { ...record, tells: describeEnd(claimed, { outcome, number: 1, ...record.result }, Date.now()) };
}

/** Records in one statement for each kind of result. */
async function record(records: AttemptRecord[]): Promise<unknown[]> {
  const recorder = new Recorder(database.pool, log);
  return await Promise.all(records.map((each) => recorder.record(each)));
}

/** The operational events: type, organization and the number of deliveries. */
async function told(): Promise<string[]> {
  const rows = await database.query(`
    select concat_ws(' ', e.event_type, nullif(e.org_id, ''), count(o.delivery_id)) as told
    from events e left join outbox o on o.event_id = e.id where e.platform = 'posthorn' group by e.id order by 1`);
  return rows.map((row) => row['told'] as string);
}

async function statusOf({ delivery_id: id }: Claimed): Promise<unknown> {
  return (await database.query('select status from deliveries where id = $1', [id]))[0]!['status'];
}

test('a failure for good is told exactly if it is recorded, also if PostgreSQL refused it before', async () => {
  await addWebhook('4calls', 'a', ['a.b']);
  await addWebhook('posthorn', '', ['delivery.failed']);
  const [refused, other, retried] = (await claim('a', 3)) as [Claimed, Claimed, Claimed];
  await database.query(refuseAttemptsOf(refused.delivery_id));
  const recording = record([ended(refused, 'give-up'), ended(other, 'give-up'), ended(retried, 'retry')]);
  await eventually(async () => (await statusOf(other)) === 'failed');
  expect([await statusOf(refused), await told()]).toEqual(['pending', ['delivery.failed 1']]);
  await database.query(ACCEPT_ATTEMPTS);
  await recording;
  expect([await statusOf(refused), await told()]).toEqual(['failed', ['delivery.failed 1', 'delivery.failed 1']]);
});

test('a failure that cannot be told is not recorded, and both are there once it can be', async () => {
  await addWebhook('4calls', 'a', ['a.b']);
  await addWebhook('posthorn', '', ['delivery.failed']);
  const [failed] = (await claim('a', 1)) as [Claimed];
  const trigger = (body: string) => `
    create or replace function check_event() returns trigger language plpgsql as $$ begin ${body}; end $$`;
  await database.query(trigger(`raise exception 'no events'`));
  await database.query(
    'create trigger check_event before insert on events for each row execute function check_event()',
  );
  const recording = record([ended(failed, 'give-up')]);
  await eventually(async () => {
    const [row] = await database.query(`select pg_stat_get_db_xact_rollback(oid)::int as n from pg_database
      where datname = current_database()`);
    return (row!['n'] as number) > 0;
  });
  expect([await statusOf(failed), await told()]).toEqual(['pending', []]);
  await database.query(trigger('return new'));
  await recording;
  expect([await statusOf(failed), await told()]).toEqual(['failed', ['delivery.failed 1']]);
});

test('a result that is recorded twice is told once', async () => {
  await addWebhook('4calls', 'a', ['a.b']);
  await addWebhook('posthorn', '', ['delivery.failed']);
  const [failed] = (await claim('a', 1)) as [Claimed];
  const attempt = ended(failed, 'give-up');
  await Promise.all([record([attempt]), record([attempt]), record([attempt])]);
  await record([attempt]);
  expect(await told()).toEqual(['delivery.failed 1']);
});

test('those who hear of everything get one event, the organization another, and nobody else any', async () => {
  await addWebhook('4calls', 'a', ['a.b']);
  for (const owner of ['', '', 'a', 'b']) await addWebhook('posthorn', owner, ['delivery.failed']);
  await record((await claim('a', 1)).map((claimed) => ended(claimed, 'give-up')));
  expect(await told()).toEqual(['delivery.failed 2', 'delivery.failed a 1']);
});

test('without a subscriber nothing is stored, and a delivery to a paused one is held', async () => {
  await addWebhook('4calls', 'a', ['a.b']);
  await record((await claim('a', 1)).map((claimed) => ended(claimed, 'give-up')));
  expect([await told(), await database.query('select 1 from unrecovered')]).toEqual([[], []]);
  const paused = await addWebhook('posthorn', '', ['delivery.failed']);
  await database.query('update webhooks set paused_at = now() where id = $1', [paused]);
  await record((await claim('a', 1)).map((claimed) => ended(claimed, 'give-up')));
  const held = await database.query(`select status from deliveries where webhook_id = $1`, [paused]);
  expect(held).toEqual([{ status: 'held' }]);
});

test('a delivery that is cancelled because its webhook is off is not told of', async () => {
  const id = await addWebhook('4calls', 'a', ['a.b']);
  await addWebhook('posthorn', '', ['delivery.failed']);
  const [cancelled] = (await claim('a', 1)) as [Claimed];
  await database.query('update webhooks set active = false where id = $1', [id]);
  await record([ended(cancelled, 'give-up')]);
  expect([await statusOf(cancelled), await told()]).toEqual(['cancelled', []]);
});

test('a recovery is told once, however many succeed at the same time in two workers', async () => {
  for (const orgId of ['a', 'b']) await addWebhook('4calls', orgId, ['a.b']);
  await addWebhook('posthorn', '', ['webhook.recovered']);
  const failed = [...(await claim('a', 3)), ...(await claim('b', 1))];
  await record(failed.map((claimed) => ended(claimed, 'give-up')));
  expect([await told(), (await database.query('select 1 from unrecovered')).length]).toEqual([[], 2]);
  const successes = [];
  for (const worker of [...WORKERS, ...WORKERS]) {
    for (const orgId of ['a', 'b']) {
      for (const claimed of await claim(orgId, 5, worker)) successes.push(ended(claimed, 'delivered', worker));
    }
  }
  expect(successes.every(({ tells }) => tells !== null)).toBe(true);
  await Promise.all([...Map.groupBy(successes, ({ worker }) => worker).values()].map(record));
  expect(await told()).toEqual(['webhook.recovered 1', 'webhook.recovered 1']);
  const [later] = (await claim('a', 1)) as [Claimed];
  expect(ended(later, 'delivered').tells).toBeNull();
});
