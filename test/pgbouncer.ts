import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findFreePort } from '../bin/embedded/ports.ts';
import { eventually } from './eventually.ts';

const PROGRAM = ['pgbouncer', '/usr/sbin/pgbouncer'].find((name) => spawnSync(name, ['--version']).status === 0);

export const hasPgBouncer = PROGRAM !== undefined;

export interface PgBouncer {
  /** The database's URL through this pooler. */
  url: string;
  close(): Promise<void>;
}

/** Starts a real PgBouncer for all databases of a PostgreSQL. `settings` use the notation of its configuration. */
export async function startPgBouncer(
  databaseUrl: string,
  settings: Record<string, string | number>,
): Promise<PgBouncer> {
  const url = new URL(databaseUrl);
  const { hostname, port, username, password } = url;
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-pgbouncer-'));
  chmodSync(folder, 0o755);
  const file = join(folder, 'pgbouncer.ini');
  url.hostname = '127.0.0.1';
  url.port = String(await findFreePort());
  const lines = Object.entries({
    listen_addr: '127.0.0.1',
    listen_port: url.port,
    unix_socket_dir: '',
    auth_type: 'any',
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`);
  const target = `host=${hostname} port=${port} user=${username} password='${decodeURIComponent(password)}'`;
  writeFileSync(file, ['[databases]', `* = ${target}`, '[pgbouncer]', ...lines, ''].join('\n'));
  // PgBouncer refuses to run as root.
  const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child = spawn(PROGRAM!, ['-q', file], { ...identity, stdio: 'ignore' });
  await eventually(() => answers(url.toString()));
  return {
    url: url.toString(),
    async close() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.query('select 1');
  await client.end();
  return true;
}
