import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../core/db/listener.ts';
import { createOrm } from '../../core/db/orm.ts';
import { createPool, createReadPool } from '../../core/db/pool.ts';
import { createDatabase, type TestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';

let database: TestDatabase;
let url: string;

beforeAll(async () => {
  database = await createDatabase();
  const parameters = new URLSearchParams({
    application_name: 'mine',
    statement_timeout: '123456',
    lock_timeout: '123456',
    query_timeout: '1',
    options: '-c work_mem=8MB -c statement_timeout=123456 -c enable_seqscan=on -c timezone=Asia/Tokyo',
  });
  url = `${database.url}?${parameters.toString()}`;
});
afterAll(() => database.drop());

const SETTINGS = `
  select current_setting('application_name') as name, current_setting('statement_timeout') as statement_timeout,
    current_setting('lock_timeout') as lock_timeout, current_setting('work_mem') as work_mem,
    current_setting('enable_seqscan') as seqscan, current_setting('timezone') as timezone, pg_sleep(0.01)::text`;

test('URL parameters do not override the settings of the hot path, and other options apply', async () => {
  const pool = createPool(url);
  const { rows } = await pool.query(SETTINGS);
  await pool.end();
  expect(rows).toMatchObject([
    {
      name: 'posthorn',
      statement_timeout: '4500ms',
      lock_timeout: '4s',
      work_mem: '8MB',
      seqscan: 'off',
      timezone: 'UTC',
    },
  ]);
});

test("URL parameters do not override the settings of the dashboard's reads", async () => {
  const pool = createReadPool(url);
  const { rows } = await pool.query(SETTINGS);
  await pool.end();
  expect(rows).toMatchObject([
    { name: 'posthorn dashboard', statement_timeout: '10s', work_mem: '8MB', timezone: 'UTC' },
  ]);
});

test('URL parameters do not override the settings of MikroORM, and other options apply', async () => {
  const orm = await createOrm(url);
  const rows = await orm.em.fork().execute(SETTINGS);
  await orm.close();
  expect(rows).toMatchObject([{ name: 'posthorn', statement_timeout: '14250ms', lock_timeout: '4s', work_mem: '8MB' }]);
});

test('URL parameters do not override the name of a listener', async () => {
  const listener = listen({
    databaseUrl: url,
    channels: ['some_channel'],
    onNotify: () => {},
    log: pino({ level: 'silent' }),
  });
  const named = `select from pg_stat_activity where datname = current_database() and application_name = 'posthorn listener'`;
  await eventually(async () => (await database.pool.query(named)).rowCount === 1);
  await listener.close();
});

test('MikroORM uses TLS if the URL requests it', async () => {
  const orm = await createOrm(`${database.url}?sslmode=require`);
  await expect(orm.em.fork().execute('select 1')).rejects.toThrow('The server does not support SSL connections');
  await orm.close();
});
