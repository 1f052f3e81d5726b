import { openDataDir } from '../bin/embedded/data-dir.ts';
import { readRecord } from '../bin/embedded/process-record.ts';
import { startParts } from '../bin/embedded/stack.ts';
import { OperatorError } from '../bin/embedded/operator-error.ts';
import type { ByProcess } from './processes.ts';
import { startTemporalOnPostgres } from './temporal-postgres.ts';

/**
 * Where Temporal keeps its state. `file`: the embedded development server; `postgres`: a full server with its own PostgreSQL;
 * `outside`: the server at TEMPORAL_ADDRESS.
 */
export type Persistence = 'file' | 'postgres' | 'outside';

export interface Engines {
  databaseUrl: string;
  temporalAddress: string;
  /** Process ids by name. */
  processes: ByProcess;
  stop(): Promise<void>;
}

/** Starts Posthorn's PostgreSQL and a Temporal server. */
export async function startEngines(folder: string, persistence: Persistence): Promise<Engines> {
  const dataDir = openDataDir(folder);
  const context = { say: () => undefined, signal: new AbortController().signal };
  const pidOf = (name: string) => {
    const record = readRecord(dataDir.recordFile(name));
    if (!record) throw new Error(`the process id of ${name} is not known`);
    return record.pid;
  };
  try {
    const parts = await startParts(dataDir, { postgres: true, temporal: persistence === 'file' }, {}, context);
    const stop = async () => {
      await parts.stop();
      dataDir.close();
    };
    const { databaseUrl } = parts.postgres!;
    const processes = { postgres: pidOf('postgres') };
    if (parts.temporal) {
      const { temporalAddress } = parts.temporal;
      return { databaseUrl, temporalAddress, processes: { ...processes, temporal: pidOf('temporal') }, stop };
    }
    if (persistence === 'outside') {
      const temporalAddress = process.env['TEMPORAL_ADDRESS'];
      if (!temporalAddress) throw new OperatorError('TEMPORAL_ADDRESS is not set');
      return { databaseUrl, temporalAddress, processes, stop };
    }
    const temporal = await startTemporalOnPostgres(folder, context).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return {
      databaseUrl,
      temporalAddress: temporal.address,
      processes: { ...processes, ...temporal.processes },
      stop: async () => {
        await temporal.stop();
        await stop();
      },
    };
  } catch (error) {
    dataDir.close();
    throw error;
  }
}
