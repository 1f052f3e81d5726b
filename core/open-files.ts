import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';

/** Connections to PostgreSQL and Temporal, log files, modules, and some to spare. */
export const OWN_FILES = 200;

/**
 * Warns at the start if the limit of open files (`ulimit -n`) is too low for this number of sockets: connections beyond it fail.
 * Node.js has raised the soft limit to the hard one already. Does nothing without /proc.
 */
export function warnOfFewOpenFiles(sockets: number, log: Logger): void {
  const limit = readOpenFilesLimit();
  const needed = sockets + OWN_FILES;
  if (limit >= needed) return;
  log.warn(
    { limit, needed },
    'the limit of open files is low: raise it (ulimit -n, LimitNOFILE), or connections fail under load',
  );
}

/** Infinite without /proc. */
export function readOpenFilesLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}
