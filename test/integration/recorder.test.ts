import { pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIntake } from '../../delivery/accept/intake.ts';
import { CLAIM_DUE } from '../../delivery/claim/claim-statements.ts';
import { Recorder } from '../../delivery/record/recorder.ts';
import { attemptOf } from '../attempt-record.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { ACCEPT_ATTEMPTS, refuseAttemptsOf } from '../refuse-attempts.ts';
import { LEASE } from '../../delivery/lease/lease-statements.ts';

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

/** Claims this many deliveries. */
async function claim(count: number): Promise<string[]> {
  const emission = {
    platform: 'urpa',
    orgId: '',
    eventType: 'a.b',
    body: '{}',
    values: [],
    idempotency: null,
    trace: null,
  };
  await createIntake(database.pool).emit(Array.from({ length: count }, () => emission));
  const { rows } = await database.pool.query<{ delivery_id: string }>({
    ...CLAIM_DUE,
    values: [worker, count, -Infinity, 2 ** 24],
  });
  return rows.map((row) => row.delivery_id);
}

test('a result that PostgreSQL refuses does not delay others, stays claimed and is recorded once it can be', async () => {
  const deliveries = await claim(20);
  const refused = deliveries[7]!;
  await database.query(refuseAttemptsOf(refused));
  const recorder = newRecorder();
  const written = deliveries.map((id) => recorder.record(attemptOf(worker, id, 'delivered')));
  const others = await Promise.all(written.filter((_, index) => index !== 7));
  expect(others).toEqual(Array.from({ length: 19 }, () => ({ status: 'delivered', nextAttemptAt: null })));

  const [later] = await claim(1);
  expect(await recorder.record(attemptOf(worker, later!, 'delivered'))).toMatchObject({ status: 'delivered' });
  expect(await database.query('select delivery_id, claimed_by from outbox')).toEqual([
    { delivery_id: refused, claimed_by: worker },
  ]);
  expect(logged.filter((line) => line.includes(refused))).toHaveLength(1);

  await database.query(ACCEPT_ATTEMPTS);
  expect(await written[7]).toMatchObject({ status: 'delivered' });
  const [{ response_body: body }] = (await database.query('select response_body from attempts where delivery_id = $1', [
    refused,
  ])) as [{ response_body: string }];
  expect(body).toBe('an answer');
  expect(await database.query('select 1 from outbox')).toEqual([]);
});
