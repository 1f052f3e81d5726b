import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir, type DataDir } from '../bin/embedded/data-dir.ts';
import { choosePorts, type Ports } from '../bin/embedded/ports.ts';
import { readRecord } from '../bin/embedded/process-record.ts';
import { startTemporal, type EmbeddedTemporal } from '../bin/embedded/temporal.ts';

const CONTEXT = { say: () => undefined, signal: new AbortController().signal };

/** A Temporal server of its own whose state can be copied, lost and restored. It always has the same address. */
export class TemporalState {
  private readonly dataDir: DataDir;
  private readonly ports: Ports;
  private server: EmbeddedTemporal | undefined;

  private constructor(dataDir: DataDir, ports: Ports) {
    this.dataDir = dataDir;
    this.ports = ports;
  }

  static async create(folder: string): Promise<TemporalState> {
    mkdirSync(folder);
    const temporal = new TemporalState(openDataDir(folder), await choosePorts({}));
    await temporal.start();
    return temporal;
  }

  get address(): string {
    return `127.0.0.1:${this.ports.temporal}`;
  }

  async start(): Promise<void> {
    this.server = await startTemporal(this.dataDir, this.ports, CONTEXT);
  }

  /** Stops it for as long as the copy takes. */
  async copy(): Promise<void> {
    await this.kill();
    for (const name of this.files()) cpSync(join(this.dataDir.path, name), join(this.dataDir.path, `copy-of-${name}`));
    await this.start();
  }

  /** With kill -9. */
  async kill(): Promise<void> {
    const record = readRecord(this.dataDir.recordFile('temporal'));
    if (record) process.kill(record.pid, 'SIGKILL');
    await this.server?.stop();
    this.server = undefined;
  }

  /** Deletes its state. Call it after `kill`. */
  lose(): void {
    for (const name of this.files()) rmSync(join(this.dataDir.path, name));
  }

  /** Goes back to the last copy. Call it after `kill`. */
  goBack(): void {
    this.lose();
    for (const name of readdirSync(this.dataDir.path).filter((one) => one.startsWith('copy-of-'))) {
      cpSync(join(this.dataDir.path, name), join(this.dataDir.path, name.slice('copy-of-'.length)));
    }
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    this.dataDir.close();
  }

  /** The database of the development server, with its WAL. */
  private files(): string[] {
    const names = ['temporal.db', 'temporal.db-wal', 'temporal.db-shm'];
    return names.filter((name) => existsSync(join(this.dataDir.path, name)));
  }
}
