import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { checkOutLastRelease, hasLastRelease, LAST_RELEASE } from '../last-release.ts';
import { LineWatch } from '../line-watch.ts';
import { LINES, LinesLoad } from '../lines-load.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System, type Checkout } from '../system.ts';

// Under load, the processes of the last release are replaced by this version's, by those of the last release, and by this version's again.

if (!hasLastRelease)
  console.log(
    `this clone lacks the commit ${LAST_RELEASE.commit}: the rolling upgrade is skipped (git fetch --unshallow)`,
  );

const HERE = new URL('../../', import.meta.url);
/** How many attempts of each delivery a path refuses. */
const FAILURES: Record<string, number> = { '/once': 1, '/thrice': 3 };
/** Events that both APIs accept beside each other. */
const BESIDE = 20;

let folder: string;
let system: System;
let receiver: Receiver;
let lines: LineWatch;
let versions: Record<'last' | 'this', Checkout>;
let paused: string;
/** The arrivals of each delivery, and deliveries by their successful arrivals. */
const arrivals = new Map<string, number>();
const successes: string[] = [];
let rounds = 0;

async function openVersions(): Promise<typeof versions> {
  const last = join(folder, 'last-release');
  checkOutLastRelease(last);
  const bundle = join(folder, 'workflow-bundle.js');
  await promisify(execFile)(process.execPath, [join(last, 'bin/bundle-workflows.ts'), bundle]);
  const log = (name: string) => openSync(join(folder, name), 'a');
  return {
    last: { root: pathToFileURL(`${last}/`), workflowBundle: bundle, log: log('last.log') },
    this: { root: HERE, workflowBundle: inject('workflowBundle'), log: log('this.log') },
  };
}

describe.skipIf(!hasLastRelease)('a rolling upgrade', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-rolling-'));
    [versions, receiver, lines] = await Promise.all([openVersions(), startReceiver(), LineWatch.start()]);
    const env = { POSTHORN_WORKFLOW_BUNDLE: versions.last.workflowBundle };
    system = await System.start({ ...versions.last, env, retryUnit: '500ms' });
    receiver.answer((arrival, response, count) => {
      const id = String(arrival.headers['webhook-id']);
      const number = (arrivals.get(id) ?? 0) + 1;
      arrivals.set(id, number);
      const fails = number <= (FAILURES[arrival.path] ?? 0);
      if (!fails) successes.push(id);
      status(fails ? 503 : 200)(arrival, response, count);
    });
    const register = async (path: string, options = {}) =>
      await system.register(new URL(path, receiver.url).toString(), options);
    await register('/once');
    await register('/thrice');
    await register('/filtered', { filter: { kind: 'even' } });
    await register('/headers', { headers: { 'X-Team': 'blue' } });
    paused = (await register('/paused')).id;
    await system.register(lines.receiver.url, { ordering: { key: 'data.id' } });
  });
  afterAll(async () => {
    await system.stop();
    await Promise.all([receiver.close(), lines.receiver.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** What a version logged of statements that PostgreSQL refused, of workflows that Temporal refused, and other errors. */
  const complaintsOf = (log: string) =>
    readFileSync(join(folder, log), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { level: number; sdkComponent?: string; err?: { code?: string } })
      .filter(
        ({ level, sdkComponent, err }) =>
          level >= 50 || sdkComponent === 'core' || /^[0-9A-Z]{5}$/.test(err?.code ?? ''),
      );

  const changePaused = async (change: 'pause' | 'resume') =>
    expect((await system.call('POST', `/api/urpa/integrations/webhooks/${paused}/${change}`)).status).toBe(200);

  /** Starts the processes of a version beside the others and then stops those. Returns the deliveries that were in flight when they were killed. */
  async function replaceBy(version: Checkout, load: LinesLoad, how: 'SIGTERM' | 'SIGKILL'): Promise<string[]> {
    const [oldApi, oldUrl, oldWorker] = [system.api, system.apiUrl, system.livingWorkers()[0]!];
    system.use(version);
    await system.startWorker();
    await system.startApi({ elsewhere: true });
    load.targets = [oldUrl, system.apiUrl];
    await eventually(() => load.targets.every((target) => (load.accepted.get(target) ?? 0) >= BESIDE));
    load.targets = [system.apiUrl];
    const exited = [oldApi, oldWorker].map((child) => once(child, 'exit'));
    for (const child of [oldApi, oldWorker]) child.kill(how);
    const codes = (await Promise.all(exited)).map(([code, signal]) => (code ?? signal) as unknown);
    expect(codes).toEqual(how === 'SIGTERM' ? [0, 0] : [how, how]);
    if (how === 'SIGTERM') return [];
    const claimed = await system.sql(
      'select delivery_id from outbox where claimed_by in (select id from workers where pid = $1)',
      [oldWorker.pid],
    );
    return claimed.map((row) => String(row['delivery_id']));
  }

  async function expectHistory(ids: string[], unknown: string[]): Promise<void> {
    await eventually(async () => {
      const open = await system.sql(
        "select id, status from deliveries where id = any($1::uuid[]) and status <> 'delivered'",
        [ids],
      );
      if (open.length > 0) throw new Error(`${open.length} of ${ids.length}: ${JSON.stringify(open[0])}`);
      return true;
    }, 60_000);
    const rows = await system.sql(
      `select d.id, d.attempts, count(a.id)::int as noted from deliveries d left join attempts a on a.delivery_id = d.id
       where d.id = any($1::uuid[]) group by d.id, d.attempts`,
      [ids],
    );
    const inLines = Map.groupBy(lines.visits, ({ delivery }) => delivery);
    const arrived = (id: string) => arrivals.get(id) ?? inLines.get(id)?.length;
    const known = rows.filter(({ id }) => !unknown.includes(String(id)));
    const differing = known.filter(({ id, attempts, noted }) => attempts !== noted || arrived(String(id)) !== noted);
    expect(differing).toEqual([]);
    const counts = Map.groupBy(successes, (id) => id);
    expect([...counts].filter(([id, times]) => times.length > 1 && !unknown.includes(id))).toEqual([]);
  }

  test.each([
    { to: 'this', how: 'SIGTERM', migrates: true },
    { to: 'last', how: 'SIGTERM', migrates: false },
    { to: 'this', how: 'SIGKILL', migrates: false },
  ] as const)(
    'to $to version, whose predecessors end by $how, loses nothing and repeats nothing',
    async (round) => {
      await changePaused('pause');
      const load = new LinesLoad(system, 1_000_000 * rounds++);
      await eventually(() => load.deliveries.length > 200);
      if (round.migrates) {
        system.use(versions.this);
        await system.migrate();
        const accepted = load.deliveries.length;
        await eventually(() => load.deliveries.length > accepted + 200);
      }
      const unknown = await replaceBy(versions[round.to], load, round.how);
      const accepted = load.deliveries.length;
      await eventually(() => load.deliveries.length > accepted + 200);
      await load.stop();
      await changePaused('resume');

      await expectHistory(load.deliveries, unknown);
      expect(load.refused).toEqual([]);
      expect(unknown.length > 0 ? [] : lines.faults).toEqual([]);
      for (const line of LINES) expect(lines.numbersOf(line).length).toBeGreaterThan(10);
      const at = (path: string) => receiver.arrivals.filter((arrival) => arrival.path === path);
      expect(
        at('/filtered').map(({ body }) => (JSON.parse(body) as { data: { kind: string } }).data.kind),
      ).not.toContain('odd');
      expect(new Set(at('/headers').map(({ headers }) => headers['x-team']))).toEqual(new Set(['blue']));
      expect([...complaintsOf('last.log'), ...complaintsOf('this.log')]).toEqual([]);
    },
    120_000,
  );
});
