import { execFile } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { killStack } from '../../bin/embedded/stack.ts';
import { startSilentDns, type SilentDns } from '../silent-dns.ts';
import { System } from '../system.ts';
import { Parts } from './parts.ts';
import { Sites } from './sites.ts';

const BUNDLE_WORKFLOWS = fileURLToPath(new URL('../../bin/bundle-workflows.ts', import.meta.url));
const WORKERS = 2;
const CLAIMED =
  'select delivery_id from outbox where claimed_by in (select id from workers where pid = any($1::int[]))';
const UNENDED = 'select delivery_id as id, attempts, claimed_by is not null as claimed from outbox';

/** A whole system with receivers, in its own folder and on its own ports, for the crash tests. */
export class Arena {
  readonly folder: string;
  readonly parts: Parts;
  readonly system: System;
  readonly sites: Sites;
  /** Deliveries with unknown outcome at any kill so far. Only these may have arrived twice. */
  readonly unknown = new Set<string>();
  /** Rounds (from, to) in which workers lost claims, because their lease expired on a busy machine or because PostgreSQL crashed. */
  readonly lapses: [number, number][] = [];
  /** Workflows that were still running when they were checked. */
  readonly unended = new Set<string>();

  private readonly dns: SilentDns;
  private snapshot: pg.Client | undefined;

  private constructor(folder: string, parts: Parts, system: System, sites: Sites, dns: SilentDns) {
    this.folder = folder;
    this.parts = parts;
    this.system = system;
    this.sites = sites;
    this.dns = dns;
  }

  static async open(prefix: string): Promise<Arena> {
    const folder = mkdtempSync(join(tmpdir(), prefix));
    process.once('exit', () => killStack(folder));
    const bundle = join(folder, 'workflow-bundle.js');
    const [parts] = await Promise.all([
      Parts.start(folder),
      promisify(execFile)(process.execPath, [BUNDLE_WORKFLOWS, bundle]),
    ]);
    const dns = await startSilentDns();
    const system = await System.start({
      stack: parts,
      workers: WORKERS,
      retryUnit: '500ms',
      env: { POSTHORN_WORKFLOW_BUNDLE: bundle, POSTHORN_DNS_SERVERS: dns.address },
      log: openSync(join(folder, 'logs', 'posthorn.log'), 'a'),
    });
    return new Arena(folder, parts, system, await Sites.open(system), dns);
  }

  /** Keeps a transaction open from the first round on, and reopens it after PostgreSQL ended it, so that dead rows cannot be removed. */
  async holdSnapshot(): Promise<void> {
    if (this.snapshot) return;
    const client = new pg.Client({ connectionString: this.system.databaseUrl });
    client.on('error', () => undefined);
    client.once('end', () => (this.snapshot = undefined));
    await client.connect();
    await client.query('begin transaction isolation level repeatable read');
    await client.query('select count(*) from outbox');
    this.snapshot = client;
  }

  /** Stops everything. Keeps the folder with the logs if `keepLogs`. */
  async close(keepLogs = false): Promise<void> {
    await this.snapshot?.end();
    await this.system.stop();
    await this.sites.close();
    this.dns.close();
    await this.parts.stop();
    if (!keepLogs) rmSync(this.folder, { recursive: true, force: true });
  }

  /** The current lease of each worker process. */
  async leases(): Promise<Map<number, string>> {
    const rows = await this.system.sql('select pid, id from workers order by id');
    return new Map(rows.map((row) => [Number(row['pid']), String(row['id'])]));
  }

  /** Unrecorded attempts while no worker lives: claimed deliveries, and deliveries that arrived but whose claim PostgreSQL lost. */
  async unrecorded(): Promise<string[]> {
    const rows = (await this.system.sql(UNENDED)) as { id: string; attempts: number; claimed: boolean }[];
    const open = rows.filter((row) => row.claimed || (this.sites.visits.get(row.id)?.length ?? 0) > row.attempts);
    return open.map((row) => row.id);
  }

  /** Connects in advance, so that the claims can be read at once when something happens. Connecting may take long on a busy machine. */
  async openEye() {
    const client = new pg.Client({ connectionString: this.system.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    return {
      /** Deliveries that these workers have claimed and not recorded. */
      async claimed(pids: number[]): Promise<string[]> {
        const { rows } = await client.query<{ delivery_id: string }>(CLAIMED, [pids]);
        return rows.map((row) => row.delivery_id);
      },
      close: () => client.end(),
    };
  }
}
