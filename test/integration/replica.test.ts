import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { checkReplica } from '../../bin/doctor/check-replica.ts';
import { READ_OUTCOMES, type ReadOutcome } from '../../core/db/replica-reads.ts';
import { DELIVERIES, readAnswer, sameDatabase, serveApi, startApi, type TestApi } from '../api.ts';
import { eventually } from '../eventually.ts';
import { hasPgBouncer, startPgBouncer } from '../pgbouncer.ts';
import { POSTGRES_TOOLS, PostgresCluster } from '../postgres-cluster.ts';
import { startProxy, type Proxy } from '../proxy.ts';
import { scrape } from '../scrape.ts';
import { startToEnd } from '../start-to-end.ts';

// The API with a real streaming replica that lags, cancels reads, hangs, stops and is promoted.

if (!POSTGRES_TOOLS)
  console.log(
    'PostgreSQL with pg_basebackup is not installed (Debian: postgresql): the tests of a replica are skipped',
  );

let folder: string;
let primary: PostgresCluster;
let replica: PostgresCluster;
let proxy: Proxy;
let api: TestApi;
/** Another API process, which uses the replica up to a lag of a second. */
let strict: Awaited<ReturnType<typeof serveApi>>;
/** The database on the replica. */
let readUrl: string;

describe.skipIf(!POSTGRES_TOOLS)('with a replica', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-replica-'));
    for (const path of [folder, join(folder, 'primary'), join(folder, 'replica')]) {
      mkdirSync(path, { recursive: true });
      chmodSync(path, 0o755);
    }
    primary = await PostgresCluster.create(join(folder, 'primary'));
    replica = await PostgresCluster.follow(primary, join(folder, 'replica'));
    proxy = await startProxy(replica.urlOf('postgres'));
    api = await startApi({
      serverUrl: primary.urlOf('postgres'),
      replica: { serverUrl: proxy.url },
    });
    readUrl = sameDatabase(api.database.url, replica.urlOf('postgres'));
    strict = await serveApi(api.database.url, { replica: { readUrl, mostLag: 1 } });
    await api.register();
  });
  afterAll(async () => {
    await strict.close();
    await api.close();
    await proxy.close();
    await Promise.all([replica.stop(), primary.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const onReplica = async (sql: string, url = readUrl): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const readOutcomes = async (): Promise<Record<ReadOutcome, number>> => {
    const { series } = await scrape(api.url);
    const entries = READ_OUTCOMES.map((outcome) => [
      outcome,
      series.get(`posthorn_replica_reads_total{outcome="${outcome}"}`),
    ]);
    return Object.fromEntries(entries);
  };
  /** The result of some reads, and how many of them had which outcome. */
  const counting = async <T>(read: () => Promise<T>) => {
    const before = await readOutcomes();
    const result = await read();
    const after = await readOutcomes();
    const counts = READ_OUTCOMES.map((outcome) => [outcome, after[outcome] - before[outcome]]);
    return { result, outcomes: Object.fromEntries(counts.filter(([, count]) => count !== 0)) };
  };
  /** Reads until the replica answers. On a busy machine it may be more than a second behind, and the primary answers. */
  const byReplica = <T>(read: () => Promise<T>) =>
    eventually(async () => {
      const { result, outcomes } = await counting(read);
      expect(outcomes).toEqual({ replica: expect.any(Number) });
      return { result };
    });
  const listIds = async (path = '/api/dashboard/deliveries?limit=200'): Promise<string[]> =>
    (await api.ask('GET', path)).body.data.map(({ id }: { id: string }) => id);
  const getFrom = async (url: string, path: string) =>
    (await readAnswer(await fetch(url + path, { headers: { authorization: `Bearer ${api.adminKey}` } }))).body;
  const countPending = async (url = api.url) =>
    (await getFrom(url, '/api/dashboard/overview?range=1h')).waiting.pending.count;
  const readHealth = async (url: string) => (await getFrom(url, '/api/dashboard/health')).replica;
  const untilUsed = (url = api.url) => eventually(async () => (await readHealth(url)).ok);
  const untilUnused = (detail: RegExp, url = api.url) =>
    eventually(async () => {
      const health = await readHealth(url);
      if (health.ok || !detail.test(health.detail)) throw new Error(JSON.stringify(health));
      return true;
    });

  test('it answers lists and statistics, the primary what a page acts on', async () => {
    await untilUsed();
    const lists = [
      DELIVERIES,
      '/api/dashboard/deliveries',
      '/api/dashboard/deliveries/count',
      '/api/dashboard/events',
      '/api/dashboard/audit',
      '/api/dashboard/organizations',
      '/api/dashboard/webhooks',
      '/api/dashboard/webhooks?state=struggling',
      '/api/dashboard/overview?range=1h',
    ];
    const [id] = await api.emit();
    for (const path of lists) {
      const { result } = await byReplica(() => api.ask('GET', path));
      expect([path, result.status]).toEqual([path, 200]);
    }
    const single = [`${DELIVERIES}/${id}`, `/api/dashboard/deliveries/${id}`, '/api/dashboard/health', '/metrics'];
    const { outcomes } = await counting(async () => {
      for (const path of single) expect((await api.ask('GET', path)).status).toBe(200);
    });
    expect(outcomes).toEqual({});
  });

  test('while its replay is paused, lists show what was just done, and statistics only as long as they are recent', async () => {
    await untilUsed();
    const before = await eventually(() => countPending());
    await onReplica('select pg_wal_replay_pause()');
    const { result, outcomes } = await counting(async () => {
      const [id] = await api.emit();
      return { id, seen: await listIds(), known: await listIds(DELIVERIES) };
    });
    expect(result.seen[0]).toBe(result.id);
    expect(result.known[0]).toBe(result.id);
    expect(outcomes).toEqual({ behind: 2 });
    expect(await countPending()).toBe(before);
    await untilUnused(/ s behind$/, strict.url);
    expect(await eventually(async () => (await countPending(strict.url)) - before)).toBe(1);
    expect((await scrape(strict.url)).series.get('posthorn_replica_unused')).toBe(1);
    await onReplica('select pg_wal_replay_resume()');
    await Promise.all([untilUsed(), untilUsed(strict.url)]);
    expect((await byReplica(listIds)).result).toContain(result.id);
  });

  test('a read that it cancels for its replay is answered by the primary', async () => {
    await untilUsed();
    const [week, only] = [await primaryClient(), await primaryClient()];
    const { rows } = await week.query(
      `select relname from pg_class where relname ~ '^deliveries_w[0-9]{8}$' order by relname limit 1`,
    );
    await week.query('begin');
    await week.query(`lock table ${rows[0].relname} in access exclusive mode`);
    const locked = `select from pg_locks where mode = 'AccessExclusiveLock' and relation = '${rows[0].relname}'::regclass`;
    await api.emit();
    await eventually(async () => (await onReplica(locked)).length > 0);
    const counted = counting(listIds);
    try {
      await eventually(
        async () =>
          (await onReplica(`select from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'deliveries'`))
            .length > 0,
      );
      await only.query('begin; lock table only deliveries in access exclusive mode; commit');
      await eventually(async () => (await readOutcomes()).cancelled === 1);
    } finally {
      await week.query('rollback');
      await Promise.all([week.end(), only.end()]);
    }
    expect((await counted).outcomes).toEqual({ cancelled: 1 });
    expect((await counted).result).not.toEqual([]);
  });

  test.each([
    ['hangs', () => Promise.resolve(proxy.freeze()), () => Promise.resolve(proxy.thaw())],
    ['is stopped', () => replica.stop(), () => replica.start()],
  ])('while it %s, the primary answers', async (_, breakIt, repair) => {
    await untilUsed();
    await breakIt();
    expect((await api.ask('GET', '/api/dashboard/deliveries')).status).toBe(200);
    await untilUnused(/does not answer/);
    const { result, outcomes } = await counting(async () => {
      const [id] = await api.emit();
      return { id, seen: await listIds() };
    });
    expect(result.seen[0]).toBe(result.id);
    expect(outcomes).toEqual({ unused: 1 });
    await repair();
    await untilUsed();
    await byReplica(listIds);
    const told = api.lines.filter((line) => line.includes('replica not used'));
    expect(told.length).toBeLessThan(10);
  });

  test('the API refuses to start on another database, and says what is required', async () => {
    const start = (url: string) =>
      startToEnd('api/server.ts', { DATABASE_URL: api.database.url, DATABASE_READ_URL: url });
    const [other, system] = await Promise.all([
      start(replica.urlOf('postgres')),
      start(sameDatabase(inject('databaseUrl'), inject('databaseUrl'))),
    ]);
    const line = (why: string) =>
      `DATABASE_READ_URL cannot be used: ${why}. It must lead to the same database on a streaming replica, or be unset\n`;
    expect(other).toEqual({ code: 1, output: line('it is another database than that of DATABASE_URL') });
    expect(system).toEqual({ code: 1, output: line('it belongs to another PostgreSQL system than DATABASE_URL') });
  });

  test.skipIf(!hasPgBouncer)('a pooler in front of it has to work by sessions', async () => {
    const [transactions, sessions] = await Promise.all([
      startPgBouncer(readUrl, { pool_mode: 'transaction' }),
      startPgBouncer(readUrl, { pool_mode: 'session' }),
    ]);
    try {
      const env = { DATABASE_URL: api.database.url, DATABASE_READ_URL: transactions.url };
      const { code, output } = await startToEnd('api/server.ts', env);
      expect(output).toMatch(/^DATABASE_READ_URL leads to a connection pooler .* pool_mode = session.*\n$/);
      expect(code).toBe(1);
      expect(await examine(transactions.url)).toMatchObject({
        level: 'problem',
        detail: expect.stringMatching(/shares sessions$/),
      });
      expect(await examine(sessions.url)).toMatchObject({ level: 'ok' });
    } finally {
      await Promise.all([transactions.close(), sessions.close()]);
    }
  });

  test('the doctor says what is wrong with DATABASE_READ_URL', async () => {
    expect(await examine(readUrl)).toMatchObject({
      name: 'replica',
      level: 'ok',
      detail: expect.stringMatching(/^is at most \d/),
    });
    for (const [url, detail] of [
      [api.database.url, /not a replica, it accepts changes itself$/],
      [replica.urlOf('postgres'), /another database than that of DATABASE_URL$/],
      [inject('databaseUrl'), /another PostgreSQL system than DATABASE_URL$/],
      ['postgresql://nobody@127.0.0.1:1/x', /does not answer \(ECONNREFUSED\): connect ECONNREFUSED 127/],
    ] as const) {
      expect(await examine(url)).toMatchObject({ level: 'problem', advice: expect.any(String) });
      expect((await examine(url))!.detail).toMatch(detail);
    }
  });

  test('once it is promoted, it is not used any more', async () => {
    await untilUsed();
    await onReplica('select pg_promote()');
    await untilUnused(/is not a replica/);
    const [id] = await api.emit();
    const { result, outcomes } = await counting(listIds);
    expect(result[0]).toBe(id);
    expect(outcomes).toEqual({ unused: 1 });
  });

  const examine = async (url: string) => (await checkReplica({ databaseUrl: api.database.url, readUrl: url })).at(0);

  async function primaryClient(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: api.database.url });
    await client.connect();
    return client;
  }
});
