import { createReadStream, existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ImportOptions } from '../options.ts';
import { DatabaseSource } from './database.ts';
import { NdjsonSource } from './ndjson.ts';
import { ImportError, type Source } from './source.ts';

interface OpenOptions {
  options: ImportOptions;
  stdin: Readable;
  /** Deliveries that were created before are not read. */
  since: Date;
  onBadLine: (line: number, reason: string) => void;
}

/** @throws ImportError if it cannot be opened */
export async function openSource({ options, stdin, since, onBadLine }: OpenOptions): Promise<Source> {
  const { source, platforms, tables, columns, clock } = options;
  const scheme = /^([a-z]+):\/\//i.exec(source)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (source === '-') return new NdjsonSource({ label: 'standard input', open: () => stdin, platforms, onBadLine });
    if (!existsSync(source)) throw new ImportError(`there is no file ${source}`);
    return new NdjsonSource({ label: source, open: () => createReadStream(source), platforms, onBadLine });
  }
  const database = await connect(scheme, source, clock.zoneName);
  return new DatabaseSource(database, { platforms, tables, columns, since: clock.write(since) });
}

async function connect(scheme: string, url: string, zone: string) {
  try {
    if (scheme === 'postgres' || scheme === 'postgresql')
      return await (await import('./postgres.ts')).openPostgres(url, zone);
    // Only who needs the driver loads it.
    if (scheme === 'mysql' || scheme === 'mariadb') return await (await import('./mysql.ts')).openMysql(url);
  } catch (error) {
    throw new ImportError(`the old database cannot be opened: ${(error as Error).message}`);
  }
  throw new ImportError(`a source is postgres://…, mysql://…, mariadb://…, a file or -, not ${scheme}://…`);
}
