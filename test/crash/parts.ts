import { readFileSync } from 'node:fs';
import { openDataDir, type DataDir } from '../../bin/embedded/data-dir.ts';
import { choosePorts, type Ports } from '../../bin/embedded/ports.ts';
import { clearPostgres, startPostgres } from '../../bin/embedded/postgres.ts';
import { readRecord } from '../../bin/embedded/process-record.ts';
import { clearTemporal, startTemporal } from '../../bin/embedded/temporal.ts';
import type { Supervised } from '../../bin/supervise.ts';
import { eventually } from '../eventually.ts';

export type PartName = 'postgres' | 'temporal';

/** A PostgreSQL and a Temporal, started as in `npm start`, which can be killed and frozen separately. */
export class Parts {
  private readonly dataDir: DataDir;
  private readonly ports: Ports;
  private readonly running = new Map<PartName, Pick<Supervised, 'stop'>>();
  databaseUrl = '';
  temporalAddress = '';

  private constructor(dataDir: DataDir, ports: Ports) {
    this.dataDir = dataDir;
    this.ports = ports;
  }

  static async start(folder: string): Promise<Parts> {
    const parts = new Parts(openDataDir(folder), await choosePorts({}));
    await Promise.all([parts.start('postgres'), parts.start('temporal')]);
    return parts;
  }

  async start(name: PartName): Promise<void> {
    const context = { say: () => undefined, signal: new AbortController().signal };
    if (name === 'postgres') {
      await clearPostgres(this.dataDir);
      const postgres = await startPostgres(this.dataDir, this.ports.postgres, context);
      this.databaseUrl = postgres.databaseUrl;
      this.running.set(name, postgres);
    } else {
      await clearTemporal(this.dataDir);
      const temporal = await startTemporal(this.dataDir, this.ports, context);
      this.temporalAddress = temporal.temporalAddress;
      this.running.set(name, temporal);
    }
  }

  /** Kills all its processes with kill -9. The part stays down until it is started. */
  async kill(name: PartName): Promise<void> {
    const pids = this.pidsOf(name);
    for (const pid of pids) signal(pid, 'SIGKILL');
    await this.running.get(name)!.stop();
    this.running.delete(name);
    await eventually(() => pids.every((pid) => !isRunning(pid)));
  }

  freeze(name: PartName): void {
    for (const pid of this.pidsOf(name)) signal(pid, 'SIGSTOP');
  }

  thaw(name: PartName): void {
    for (const pid of this.pidsOf(name)) signal(pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    for (const name of this.running.keys()) this.thaw(name);
    await this.running.get('temporal')?.stop();
    await this.running.get('postgres')?.stop();
    this.dataDir.close();
  }

  private pidsOf(name: PartName): number[] {
    const record = readRecord(this.dataDir.recordFile(name));
    if (!record) return [];
    const children = readFileSync(`/proc/${record.pid}/task/${record.pid}/children`, 'utf8').trim();
    return [record.pid, ...(children === '' ? [] : children.split(' ').map(Number))];
  }
}

/** A backend may end by itself once its client is gone. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
