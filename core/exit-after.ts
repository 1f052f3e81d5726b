import type { Logger } from 'pino';

/** What the last steps of a stop, such as closing connections, may take beyond the time for what is in flight. */
const LAST_STEPS_MS = 5_000;

/** Ends the process when a stop takes more than five seconds longer than `limitMs`, and says so: a part that hangs must not keep it. */
export function exitAfter(limitMs: number, log: Logger): void {
  setTimeout(() => {
    log.error({ limitMs }, 'stop timeout reached: exiting with parts still open');
    process.exit(1);
  }, limitMs + LAST_STEPS_MS).unref();
}
