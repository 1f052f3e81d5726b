import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startMariadb } from '../test/mariadb.ts';
import { MARIADB_SCHEMA } from '../test/old-schema.ts';
import { percentile } from './statistics.ts';
import { URPA } from './owner.ts';
import { startPosthorn, type Posthorn } from './posthorn.ts';

/*
 * Times an import from MariaDB into a running Posthorn, and the same again, while 20 events a second are emitted.
 * node bin/run.mjs bench/import.ts --rows 1000000
 */

const MAIN = fileURLToPath(new URL('../bin/posthorn.ts', import.meta.url));
const EMIT_EVERY_MS = 50;
const DAYS = 80;

const FILL = (rows: number) => `
  insert into urpa_webhooks (id, url, secret, events, created_at, updated_at)
    select seq, concat('https://example.com/hooks/', seq), sha1(seq), '["contact.created"]', utc_timestamp() - interval 90 day, utc_timestamp() - interval 90 day
    from seq_1_to_50;
  insert into urpa_webhook_events (webhook_id, event, payload, status, attempts, response_code, response_body, error_message, delivered_at, created_at, updated_at)
    select 1 + seq % 50, 'contact.created',
      concat('{"event":"contact.created","timestamp":"', date_format(at, '%Y-%m-%dT%TZ'), '","data":{"id":"', md5(seq),
        '","first_name":"Ada","last_name":"Okafor","email":"ada', seq, '@example.com","phone":"+49301', seq, '"}}'),
      if(seq % 20 = 0, 'failed', 'delivered'), if(seq % 20 = 0, 6, 1), if(seq % 20 = 0, 500, 200), '{"ok":true}',
      if(seq % 20 = 0, 'Server Error', null), if(seq % 20 = 0, null, at), at, at
    from (select seq, utc_timestamp() - interval floor((${rows} - seq) * ${DAYS * 86_400} / ${rows}) second as at from seq_1_to_${rows}) s`;

/** How long emits take to be accepted, until `stop` is called. */
function emitSteadily(posthorn: Posthorn) {
  const times: number[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const begun = performance.now();
      await posthorn.ownerOf(URPA).events.emit('activity.created', { id: '1' });
      times.push(performance.now() - begun);
      await sleep(EMIT_EVERY_MS);
    }
  })();
  return async () => {
    stopped = true;
    await running;
    return times;
  };
}

async function timeImport(env: NodeJS.ProcessEnv, args: string[], posthorn: Posthorn): Promise<void> {
  const stop = emitSteadily(posthorn);
  const begun = performance.now();
  const child = spawn(process.execPath, [MAIN, 'import', ...args], { env, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  const seconds = (performance.now() - begun) / 1000;
  const times = await stop();
  const [p50, p99, most] = [50, 99, 100].map((share) => percentile(times, share).toFixed(1));
  console.log(
    `exit code ${code} after ${seconds.toFixed(1)} s; ${times.length} emits meanwhile: p50 ${p50} ms, p99 ${p99} ms, longest ${most} ms`,
  );
}

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const folder = mkdtempSync(join(tmpdir(), 'posthorn-import-'));
const masterKey = randomBytes(32).toString('base64');
const [posthorn, old] = await Promise.all([
  startPosthorn(folder, { env: { POSTHORN_MASTER_KEY: masterKey } }),
  startMariadb(),
]);
try {
  await posthorn.register('http://127.0.0.1:9/');
  await old.connection.query(MARIADB_SCHEMA + FILL(Number(values.rows)));
  console.log(`${values.rows} rows are in MariaDB`);
  const env = {
    ...process.env,
    DATABASE_URL: posthorn.database.options.connectionString,
    POSTHORN_MASTER_KEY: masterKey,
  };
  for (const title of ['First run', 'Second run']) {
    console.log(`\n${title}`);
    await timeImport(env, [old.url, '--yes'], posthorn);
  }
} finally {
  await Promise.all([posthorn.stop(), old.stop()]);
  rmSync(folder, { recursive: true, force: true });
}
