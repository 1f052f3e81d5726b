import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import {
  DELIVERIES,
  MASTER_KEY,
  organization,
  readAnswer,
  serveApi,
  startApi,
  URPA,
  WEBHOOKS,
  type TestApi,
} from '../api.ts';
import { createDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const event = { event: 'contact.created', data: {} };

describe('missing routes', () => {
  test('the root redirects to the reference if no dashboard was built', async () => {
    const answer = await api.ask('GET', '/', { key: null });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.text).toContain('href="/api/docs"');
  });

  test('an unknown path is a 404 that links to the reference', async () => {
    for (const path of ['/nowhere', '/api/urpa/evnts', `${organization('a')}/integrations/webhooks`]) {
      const answer = await api.ask('GET', path);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.body).toEqual({
        type: 'urn:posthorn:problem:not_found',
        title: 'Not found',
        status: 404,
        detail: `there is nothing at ${path}; /api/docs lists what there is`,
        code: 'not_found',
        instance: path,
      });
    }
  });

  test.each([
    ['PATCH', WEBHOOKS, 'POST, GET, HEAD'],
    ['GET', `${URPA}/events`, 'POST'],
    ['DELETE', DELIVERIES, 'GET, HEAD'],
    ['PUT', `${organization('a')}/webhooks/events`, 'GET, HEAD'],
    ['OPTIONS', '/healthz', 'GET, HEAD'],
    ['GET', `${URPA}/events/batch`, 'POST'],
  ])('%s %s is a 405 that names the allowed methods', async (method, path, allow) => {
    const answer = await api.ask(method, path);
    expect(answer.body).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
      detail: expect.stringContaining(allow),
    });
    expect(answer.headers.get('allow')).toBe(allow);
  });
});

test('health, readiness and metrics are available', async () => {
  expect(await api.ask('GET', '/healthz', { key: null })).toMatchObject({ status: 200, body: { status: 'ok' } });
  await api.register();
  const [oldest] = await api.emit();
  const ready = await api.ask('GET', '/readyz', { key: null });
  expect(ready).toMatchObject({ status: 200, body: { status: 'ok', oldest_needed_id: oldest } });
  const { partitions_until: until, oldest_needed_at: since } = ready.body;
  const weeksAhead = (Date.parse(until) - Date.now()) / (7 * 24 * 3600 * 1000);
  expect(weeksAhead).toBeGreaterThan(8);
  const { text } = await api.ask('GET', '/metrics', { key: null });
  expect(text).toContain(`posthorn_partitions_until_timestamp_seconds ${Date.parse(until) / 1000}\n`);
  expect(text).toContain(`posthorn_oldest_needed_timestamp_seconds ${Date.parse(since) / 1000}\n`);
  expect(text).toContain('posthorn_maintenance_timestamp_seconds 0\n');
  expect(text).toContain('posthorn_retention_refused 0\n');
  expect(text).toContain('posthorn_counting_delay_seconds 0\n');
  expect(text).toMatch(/posthorn_events_accepted_total\{platform="urpa"\} \d+/);
  expect(text).toMatch(/_count\{method="post",route="\/api\/urpa\/events",status="202"\} \d+/);
});

test('the reference page loads nothing from other hosts', async () => {
  const page = await api.ask('GET', '/api/docs', { key: null });
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('content-security-policy')).toContain("connect-src 'self'");
  expect(page.text).not.toMatch(/https?:\/\//);
  const script = await api.ask('GET', '/api/docs/scalar.js', { key: null });
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect(script.text.length).toBeGreaterThan(1_000_000);
  expect((await api.ask('HEAD', '/api/docs/scalar.js', { key: null })).status).toBe(200);
});

describe('without a database', () => {
  test('every route answers at once and says what to do', async () => {
    const dead = await serveApi('postgresql://nobody@127.0.0.1:1/nothing');
    try {
      const headers = { authorization: 'Bearer some-key' };
      for (const [method, path] of [
        ['POST', `${URPA}/events`],
        ['GET', DELIVERIES],
        ['GET', WEBHOOKS],
        ['GET', '/api/admin/keys'],
      ] as const) {
        const answer = await readAnswer(await fetch(dead.url + path, { method, headers }));
        expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' });
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      expect(await readAnswer(await fetch(`${dead.url}/readyz`))).toMatchObject({
        status: 503,
        body: { status: 'unavailable', reason: 'the database does not answer (ECONNREFUSED)' },
      });
      expect((await fetch(`${dead.url}/healthz`)).status).toBe(200);
      expect(dead.lines.join('\n')).not.toContain('some-key');
    } finally {
      await dead.close();
    }
  });

  test('a database that accepts connections but does not answer is an error, too', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const dead = await serveApi(`postgresql://nobody@127.0.0.1:${port}/nothing`);
    try {
      const answer = await fetch(dead.url + WEBHOOKS, {
        headers: { authorization: 'Bearer some-key' },
        signal: AbortSignal.timeout(4_000),
      });
      expect(answer.status).toBe(503);
    } finally {
      silent.close();
      await dead.close();
    }
  });

  test('broken connections are replaced', async () => {
    const webhook = await api.register();
    const admin = new pg.Client({ connectionString: inject('databaseUrl') });
    await admin.connect();
    const url = new URL(api.database.url);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
      url.pathname.slice(1),
    ]);
    await admin.end();
    await eventually(async () => (await api.ask('GET', `${WEBHOOKS}/${webhook.id}`)).status === 200, 5_000);
    await eventually(async () => (await api.ask('POST', `${URPA}/events`, { body: event })).status === 202, 5_000);
  });

  test('a database without a schema is not ready', async () => {
    const bare = await serveApi(inject('databaseUrl'));
    try {
      const answer = await readAnswer(await fetch(`${bare.url}/readyz`));
      expect(answer).toMatchObject({
        status: 503,
        body: { reason: 'the database has no schema yet: run the migration' },
      });
    } finally {
      await bare.close();
    }
  });
});

test('a database without current partitions is not ready and says what is missing', async () => {
  const database = await createDatabase();
  const late = await serveApi(database.url);
  try {
    await database.pool.query(`do $$ declare name text; begin
      for name in select inhrelid::regclass from pg_inherits where inhparent = 'deliveries'::regclass
      loop execute 'drop table ' || name; end loop; end $$`);
    expect(await readAnswer(await fetch(`${late.url}/readyz`))).toMatchObject({
      status: 503,
      body: { reason: 'there is no partition for new events: start a worker' },
    });
  } finally {
    await late.close();
    await database.drop();
  }
});

describe('the API process', () => {
  const environment = (port: number) => ({
    ...process.env,
    DATABASE_URL: api.database.url,
    PORT: String(port),
    POSTHORN_MASTER_KEY: MASTER_KEY.toString('hex'),
    POSTHORN_ADMIN_KEY: 'admin-key-of-the-process',
    LOG_LEVEL: 'info',
  });
  const start = (env: NodeJS.ProcessEnv) =>
    fork(new URL('../../api/server.ts', import.meta.url), { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const output = (child: ChildProcess) => {
    const chunks: string[] = [];
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
    return () => chunks.join('');
  };

  test('becomes ready, accepts the admin key, completes running requests and stops on SIGTERM', async () => {
    const port = await findFreePort();
    const child = start(environment(port));
    const said = output(child);
    await once(child, 'message');
    const headers = { authorization: 'Bearer admin-key-of-the-process' };
    expect((await fetch(`http://127.0.0.1:${port}${WEBHOOKS}`, { headers })).status).toBe(200);
    const many = Array.from({ length: 1000 }, () => event);
    const batch = fetch(`http://127.0.0.1:${port}${URPA}/events/batch`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ events: many }),
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    child.kill('SIGTERM');
    expect((await batch).status).toBe(202);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said()).not.toContain('admin-key-of-the-process');
  });

  test('stops when its supervisor exits', async () => {
    const child = start(environment(await findFreePort()));
    await once(child, 'message');
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('reports in one line that its port is in use', async () => {
    const taken = createServer().listen(0);
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const child = start(environment(port));
    const said = output(child);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said()).toBe(`port ${port} is in use; set PORT to another one\n`);
    taken.close();
  });
});
