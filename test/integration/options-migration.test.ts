import { uuidv7 } from 'uuidv7';
import { expect, test } from 'vitest';
import { migrate } from '../../core/db/migrate.ts';
import { createDatabase } from '../database.ts';

test('webhooks of the previous version keep their retry policy and their limits', async () => {
  const database = await createDatabase('m0013-webhook-options');
  try {
    const [standard, own] = [uuidv7(), uuidv7()];
    await database.query(
      `insert into webhooks (id, platform, url, secret, events) values ($1, 'urpa', 'https://receiver.example', '', '{a.b}')`,
      [standard],
    );
    await database.query(
      `insert into webhooks (id, platform, url, secret, events, max_attempts, initial_units, coefficient, concurrency, rate_limit)
       values ($1, 'urpa', 'https://receiver.example', '', '{a.b}', 3, $2, 1.5, 7, 2.5)`,
      [own, 100 / 60],
    );
    await migrate(database.url);
    const rows = await database.query('select id, options from webhooks order by id');
    expect(rows).toEqual([
      { id: standard, options: {} },
      {
        id: own,
        options: {
          retry_policy: { maximum_attempts: 3, initial_interval: 100, backoff_coefficient: 1.5 },
          limits: { concurrency: 7, rate: 2.5 },
        },
      },
    ]);
  } finally {
    await database.drop();
  }
});
