import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { readCpu, sumOf, type ByProcess } from './processes.ts';

/** The system counts as quiet if all processes together use less than this in half a second. */
const QUIET_MS = 40;
const LIMIT_MS = 60_000;

/** Waits until no delivery is due or in flight and the workflows have ended, judging by the CPU usage. */
export async function untilQuiet(database: pg.Pool, processes: ByProcess): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  for (let used = sumOf(readCpu(processes)); Date.now() < deadline;) {
    await sleep(500);
    const { rows } = await database.query<{ busy: boolean }>(
      'select exists (select from outbox where claimed_by is not null or due_at <= now()) as busy',
    );
    const before = used;
    used = sumOf(readCpu(processes));
    if (rows[0]?.busy === false && !(used - before > QUIET_MS)) return;
  }
}
