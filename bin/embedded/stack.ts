import { join } from 'node:path';
import type { Context } from '../supervise.ts';
import { openDataDir, type DataDir } from './data-dir.ts';
import { choosePorts, type Ports } from './ports.ts';
import { killRecorded } from './process-record.ts';
import { clearPostgres, startPostgres, type EmbeddedPostgres } from './postgres.ts';
import { clearTemporal, startTemporal, type EmbeddedTemporal } from './temporal.ts';

/** The embedded parts to start. */
export interface Parts {
  postgres: boolean;
  temporal: boolean;
}

export interface RunningParts {
  postgres: EmbeddedPostgres | undefined;
  temporal: EmbeddedTemporal | undefined;
  /** Temporal first, then PostgreSQL. */
  stop(hurried?: AbortSignal): Promise<void>;
}

/** Starts the wanted parts in parallel. Each uses its previous port, otherwise the preferred one, if it is free. */
export async function startParts(
  dataDir: DataDir,
  parts: Parts,
  wishes: Partial<Ports>,
  context: Context,
): Promise<RunningParts> {
  await Promise.all([clearPostgres(dataDir), clearTemporal(dataDir)]);
  const ports = await choosePorts({ ...wishes, ...dataDir.state.ports });
  dataDir.keepPorts(ports);
  const failed = new AbortController();
  const either = { ...context, signal: AbortSignal.any([context.signal, failed.signal]) };
  const giveUp = (error: unknown) => {
    failed.abort(error);
    throw error;
  };
  const [postgres, temporal] = await Promise.allSettled([
    parts.postgres ? startPostgres(dataDir, ports.postgres, either).catch(giveUp) : undefined,
    parts.temporal ? startTemporal(dataDir, ports, either).catch(giveUp) : undefined,
  ]);
  const stop = async (hurried?: AbortSignal) => {
    if (temporal.status === 'fulfilled') await temporal.value?.stop(hurried);
    if (postgres.status === 'fulfilled') await postgres.value?.stop(hurried);
  };
  if (postgres.status === 'fulfilled' && temporal.status === 'fulfilled') {
    return { postgres: postgres.value, temporal: temporal.value, stop };
  }
  await stop();
  context.signal.throwIfAborted();
  throw failed.signal.reason;
}

export interface EmbeddedStack {
  databaseUrl: string;
  temporalAddress: string;
  temporalUiUrl: string;
  stop(): Promise<void>;
}

/** Stops the parts that a killed process left running on this data folder. Does nothing if that process is alive. */
export async function stopLeftStack(path: string): Promise<void> {
  const dataDir = openDataDir(path);
  await Promise.all([clearPostgres(dataDir), clearTemporal(dataDir)]);
  dataDir.close();
}

/** Kills the parts on this data folder at once, for a process that is about to exit. */
export function killStack(path: string): void {
  for (const name of ['temporal', 'postgres']) killRecorded(join(path, 'run', `${name}.pid`));
}

export interface EmbeddedOptions {
  dataDir: string;
  say(line: string): void;
  /** A PostgreSQL to use instead of an embedded one. */
  databaseUrl?: string | undefined;
}

/** Starts PostgreSQL and Temporal on their own data folder and on free ports. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedStack> {
  const dataDir = openDataDir(options.dataDir);
  try {
    const context = { say: options.say, signal: new AbortController().signal };
    const wanted = { postgres: options.databaseUrl === undefined, temporal: true };
    const parts = await startParts(dataDir, wanted, {}, context);
    const { postgres, temporal } = parts;
    const databaseUrl = options.databaseUrl ?? postgres?.databaseUrl;
    if (databaseUrl === undefined || !temporal) throw new Error('a part that was asked for is missing');
    return {
      databaseUrl,
      temporalAddress: temporal.temporalAddress,
      temporalUiUrl: temporal.temporalUiUrl,
      stop: async () => {
        await parts.stop();
        dataDir.close();
      },
    };
  } catch (error) {
    dataDir.close();
    throw error;
  }
}
