import { setTimeout as sleep } from 'node:timers/promises';

type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 200;

/** Repeats until `check` returns a truthy value. After `limitMs` it throws the last error or value of `check`. */
export async function eventually<T>(check: () => Promise<T> | T, limitMs = 20_000): Promise<Truthy<T>> {
  const start = performance.now();
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (value) return value as Truthy<T>;
      failure = new Error(`still ${String(value)} after ${limitMs} ms`);
    } catch (error) {
      failure = error;
    }
    const waited = performance.now() - start;
    if (waited > limitMs) throw failure;
    // Asking costs the processes under test as much as the tests. Who has waited for long can wait a little longer.
    await sleep(Math.min(Math.max(waited / 10, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS));
  }
}
