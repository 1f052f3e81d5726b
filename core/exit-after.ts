import type { Logger } from 'pino';

/** Additional time for the last steps of a stop, such as closing connections. */
const LAST_STEPS_MS = 5_000;

/** Ends the process, with a log line, if a stop takes five seconds longer than `limitMs`, because a part hangs. */
export function exitAfter(limitMs: number, log: Logger): void {
  setTimeout(() => {
    log.error({ limitMs }, 'stop timeout reached: exiting with parts still open');
    process.exit(1);
  }, limitMs + LAST_STEPS_MS).unref();
}
