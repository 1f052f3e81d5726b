import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { formatRecord, identify, isAlive, readRecord, type ProcessRecord } from './process-record.ts';

/** A lock that this process holds until `release` or until it exits, however that happens. */
export interface FileLock {
  release(): void;
}

/** Takes the lock, or returns the process that holds it. Ignores the lock of a process that no longer runs. */
export function tryLock(file: string): FileLock | ProcessRecord {
  const own = identify(process.pid);
  if (!own) throw new Error('this process has no birth date');
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, formatRecord(own), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(draft, file);
        return { release: () => rmSync(file, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readRecord(file);
      if (holder && isAlive(holder)) return holder;
      discard(file, `${draft}.stale`, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a stale lock. Puts it back if another process has taken it over in the meantime. */
function discard(file: string, aside: string, stale: ProcessRecord | undefined): void {
  try {
    renameSync(file, aside);
    const taken = readRecord(aside);
    if (taken && taken.pid !== stale?.pid && isAlive(taken)) linkSync(aside, file);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

export function isLock(result: FileLock | ProcessRecord): result is FileLock {
  return 'release' in result;
}
