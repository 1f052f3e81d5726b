import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findFreePort } from '../bin/embedded/ports.ts';
import { choosePostgresUser, type RunAs } from '../bin/embedded/postgres-user.ts';
import { eventually } from './eventually.ts';

const NEEDED = ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'pg_basebackup'];
const PASSWORD = 'rehearsal';
const OLDEST = 15;

/**
 * The folder of an installed PostgreSQL with its tools for backups, which the embedded one lacks. `pg_dump` and `pg_basebackup` serve only
 * servers that are not newer than they are. Undefined: there is none.
 */
export const POSTGRES_TOOLS = findTools();

function findTools(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const folders = versions.toSorted((a, b) => b - a).map((version) => join(debian, String(version), 'bin'));
  const { stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  if (stdout) folders.push(stdout.trim());
  return folders.find(
    (folder) => NEEDED.every((name) => existsSync(join(folder, name))) && versionOf(folder) >= OLDEST,
  );
}

function versionOf(folder: string): number {
  const text = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  return Number(/(\d+)/.exec(text)?.[1]);
}

/** A PostgreSQL of its own that can be backed up, destroyed and restored. It always has the same address. */
export class PostgresCluster {
  private readonly folder: string;
  private readonly data: string;
  private readonly runAs: RunAs;
  private readonly port: number;
  private server: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.data = join(folder, 'postgres');
    this.port = port;
    this.runAs = choosePostgresUser(join(POSTGRES_TOOLS!, 'postgres'), folder);
  }

  static async create(folder: string): Promise<PostgresCluster> {
    const cluster = new PostgresCluster(folder, await findFreePort());
    await cluster.initialise();
    await cluster.start();
    return cluster;
  }

  /** A streaming replica of `primary`. Queries that are in the way of its replay are cancelled at once. */
  static async follow(primary: PostgresCluster, folder: string): Promise<PostgresCluster> {
    const replica = new PostgresCluster(folder, await findFreePort());
    replica.makeFolder(replica.data);
    const from = ['-D', replica.data, '-X', 'stream', '-c', 'fast', '--write-recovery-conf'];
    await replica.run('pg_basebackup', ...from, '-d', primary.urlOf('postgres'));
    await replica.start('max_standby_streaming_delay=0');
    return replica;
  }

  urlOf(database: string): string {
    return `postgresql://postgres:${PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  /** As root, PostgreSQL's programs run as another user. */
  private async run(program: string, ...args: string[]): Promise<void> {
    const [command = '', ...rest] = [...this.runAs.prefix, join(POSTGRES_TOOLS!, program), ...args];
    await promisify(execFile)(command, rest, { ...this.runAs.identity, cwd: '/' });
  }

  private makeFolder(path: string): void {
    mkdirSync(path, { mode: 0o700 });
    const { owner } = this.runAs;
    if (owner) chownSync(path, owner.uid, owner.gid);
  }

  private async initialise(): Promise<void> {
    const password = join(this.folder, 'password');
    writeFileSync(password, PASSWORD, { mode: 0o644 });
    this.makeFolder(this.data);
    const access = ['--username=postgres', `--pwfile=${password}`, '--auth=scram-sha-256'];
    await this.run('initdb', '-D', this.data, ...access, '--encoding=UTF8', '--locale=C.UTF-8');
  }

  async start(...more: string[]): Promise<void> {
    const settings = [
      `port=${this.port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      ...more,
    ];
    const options = settings.flatMap((setting) => ['-c', setting]);
    const [command = '', ...args] = [
      ...this.runAs.prefix,
      join(POSTGRES_TOOLS!, 'postgres'),
      '-D',
      this.data,
      ...options,
    ];
    const log = openSync(join(this.folder, 'postgres.log'), 'a');
    this.server = spawn(command, args, { ...this.runAs.identity, cwd: '/', stdio: ['ignore', log, log] });
    await eventually(() => this.answers());
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres') });
    client.on('error', () => {});
    await client.connect();
    await client.end();
    return true;
  }

  /** `pg_dump` of one database while it is in use. */
  async dump(database: string): Promise<void> {
    this.makeFolder(join(this.folder, 'dump'));
    const file = join(this.folder, 'dump', 'posthorn.dump');
    await this.run('pg_dump', '--format=custom', `--file=${file}`, this.urlOf(database));
  }

  /** `pg_basebackup` of the whole cluster while it is in use, with the WAL that it needs. */
  async copy(): Promise<void> {
    const target = join(this.folder, 'copy');
    this.makeFolder(target);
    await this.run('pg_basebackup', '-D', target, '-X', 'stream', '-c', 'fast', '-d', this.urlOf('postgres'));
  }

  /** Kills it and deletes its data. */
  async destroy(): Promise<void> {
    this.server?.kill('SIGQUIT');
    if (this.server?.exitCode === null) await once(this.server, 'exit');
    rmSync(this.data, { recursive: true });
  }

  /** Restores the last dump into a new cluster. */
  async restoreDump(database: string): Promise<void> {
    await this.initialise();
    await this.start();
    const client = new pg.Client({ connectionString: this.urlOf('postgres') });
    await client.connect();
    await client.query(`create database ${database}`);
    await client.end();
    await this.run(
      'pg_restore',
      '--exit-on-error',
      `--dbname=${this.urlOf(database)}`,
      join(this.folder, 'dump', 'posthorn.dump'),
    );
    rmSync(join(this.folder, 'dump'), { recursive: true });
  }

  /** Starts on the last copy. */
  async restoreCopy(): Promise<void> {
    renameSync(join(this.folder, 'copy'), this.data);
    await this.start();
  }

  async stop(): Promise<void> {
    this.server?.kill('SIGINT');
    if (this.server?.exitCode === null) await once(this.server, 'exit');
  }
}
