import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import { findFreePort } from '../bin/embedded/ports.ts';
import type { KeyPair } from './certificates.ts';
import { eventually } from './eventually.ts';

const PATH = `${process.env['PATH']}:/usr/sbin`;
const AS = process.getuid?.() === 0 ? ['--user=root'] : [];

/** Debian's mariadb-server. */
export const hasMariadb = spawnSync('mariadbd', ['--version'], { env: { PATH } }).status === 0;

export interface Mariadb {
  /** Of a database `old`. */
  url: string;
  connection: Connection;
  stop(): Promise<void>;
}

/** A MariaDB server of its own in a temporary folder. With a certificate, it refuses connections without TLS from all but root. */
export async function startMariadb(certificate?: KeyPair): Promise<Mariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-mariadb-'));
  const data = join(folder, 'data');
  const port = await findFreePort();
  const install = [
    '--no-defaults',
    ...AS,
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ];
  execFileSync('mariadb-install-db', install, { env: { ...process.env, PATH }, stdio: 'pipe' });
  const settings = [
    `--datadir=${data}`,
    `--port=${port}`,
    `--socket=${join(folder, 'socket')}`,
    '--bind-address=127.0.0.1',
  ];
  const tls = certificate ? writeCertificate(folder, certificate) : [];
  const speed = ['--innodb-flush-log-at-trx-commit=0', '--skip-name-resolve', '--innodb-buffer-pool-size=256M'];
  const server = spawn('mariadbd', ['--no-defaults', ...AS, ...settings, ...tls, ...speed], {
    env: { ...process.env, PATH },
    stdio: 'ignore',
  });
  const root = `mysql://root@127.0.0.1:${port}`;
  const stop = async () => {
    const ended = server.exitCode === null ? once(server, 'exit') : undefined;
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', () => server.kill('SIGKILL'));
  try {
    const connection = await eventually(
      () => createConnection({ uri: root, multipleStatements: true, timezone: 'Z' }),
      30_000,
    );
    await connection.query(`create database old character set utf8mb4; use old; create user laravel@'127.0.0.1' identified by 'p@ss/word'${certificate ? ' require ssl' : ''};
      grant select on old.* to laravel@'127.0.0.1'`);
    const url = `mariadb://laravel:${encodeURIComponent('p@ss/word')}@127.0.0.1:${port}/old`;
    return { url, connection, stop: () => connection.end().then(stop) };
  } catch (error) {
    await stop();
    throw error;
  }
}

function writeCertificate(folder: string, { key, cert }: KeyPair): string[] {
  const files = { 'ssl-key': key, 'ssl-cert': cert };
  return Object.entries(files).map(([setting, text]) => {
    const file = join(folder, setting);
    writeFileSync(file, text);
    return `--${setting}=${file}`;
  });
}
