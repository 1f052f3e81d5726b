import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIntake } from '../../core/db/intake.ts';
import { CLAIM_DUE, LEASE } from '../../core/db/queries/dispatch.ts';
import { Recorder, type AttemptRecord } from '../../dispatch/recorder.ts';
import { createDatabase, type TestDatabase } from '../database.ts';

let database: TestDatabase;
const worker = uuidv7();
const logged: string[] = [];

beforeAll(async () => {
  database = await createDatabase();
  await database.query(LEASE.enlist, [worker, 'host', 1]);
  await database.query(
    `insert into webhooks (id, platform, url, secret, events) values ($1, 'urpa', 'https://receiver.example', '', '{a.b}')`,
    [uuidv7()],
  );
});
afterAll(() => database.drop());

function newRecorder(): Recorder {
  return new Recorder(database.pool, pino({ base: null }, { write: (line: string) => void logged.push(line) }));
}

/** So many deliveries, claimed. */
async function claim(count: number): Promise<string[]> {
  const emission = { platform: 'urpa', orgId: '', eventType: 'a.b', body: '{}', idempotency: null };
  await createIntake(database.pool).emit(Array.from({ length: count }, () => emission));
  const { rows } = await database.pool.query<{ delivery_id: string }>({
    ...CLAIM_DUE,
    values: [worker, count, -Infinity, 2 ** 24],
  });
  return rows.map((row) => row.delivery_id);
}

function attemptOf(deliveryId: string): AttemptRecord {
  return {
    worker,
    deliveryId,
    attemptId: uuidv7(),
    number: 1,
    trigger: 'automatic',
    result: {
      startedAt: new Date(),
      durationMs: 1,
      statusCode: 200,
      responseHeaders: {},
      responseBody: 'ok',
      errorMessage: null,
    },
    outcome: 'delivered',
    delayMs: 0,
    graceMs: 0,
    workflowId: 'delivery-1',
    handingOver: false,
  };
}

test('what PostgreSQL refuses for good keeps nothing else waiting, stays claimed, and is recorded once it can be', async () => {
  const deliveries = await claim(20);
  const refused = deliveries[7]!;
  await database.query(`
    create function refuse() returns trigger language plpgsql as $$ begin
      if new.delivery_id = '${refused}' then raise exception 'not this one'; end if;
      return new;
    end $$`);
  await database.query('create trigger refuse before insert on attempts for each row execute function refuse()');
  const recorder = newRecorder();
  const written = deliveries.map((id) => recorder.record(attemptOf(id)));
  const others = await Promise.all(written.filter((_, index) => index !== 7));
  expect(others).toEqual(Array.from({ length: 19 }, () => ({ status: 'delivered', nextAttemptAt: null })));

  const [later] = await claim(1);
  expect(await recorder.record(attemptOf(later!))).toMatchObject({ status: 'delivered' });
  expect(await database.query('select delivery_id, claimed_by from outbox')).toEqual([
    { delivery_id: refused, claimed_by: worker },
  ]);
  expect(logged.filter((line) => line.includes(refused))).toHaveLength(1);

  await database.query('drop trigger refuse on attempts');
  expect(await written[7]).toMatchObject({ status: 'delivered' });
  const [{ response_body: body }] = (await database.query('select response_body from attempts where delivery_id = $1', [
    refused,
  ])) as [{ response_body: string }];
  expect(body).toBe('ok');
  expect(await database.query('select 1 from outbox')).toEqual([]);
});
