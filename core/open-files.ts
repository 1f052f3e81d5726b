import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';

/** Connections to PostgreSQL and Temporal, log files, modules, and some to spare. */
const OWN = 200;

/**
 * Says at the start when the process may not open as many files as it needs for so many sockets: beyond the limit (`ulimit -n`) connections fail.
 * Node.js has raised the soft limit to the hard one by then. Says nothing where there is no /proc.
 */
export function warnOfFewOpenFiles(sockets: number, log: Logger): void {
  const limit = readLimit();
  const needed = sockets + OWN;
  if (limit >= needed) return;
  log.warn(
    { limit, needed },
    'the limit of open files is low: raise it (ulimit -n, LimitNOFILE), or connections fail under load',
  );
}

function readLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}
