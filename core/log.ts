import { pino, type DestinationStream, type Level, type Logger, type LoggerOptions } from 'pino';

/** An error that is logged again within this time, in milliseconds, is counted instead. */
const QUIET_MS = 10_000;
/** Different errors that are counted at a time; beyond that, the oldest count is dropped. */
const MOST_COUNTED = 1_000;

/**
 * A process's log. The same error with the same message is written once, then every ten seconds with how often it came since
 * (`repeated`), so that an outage does not fill a disk. Entries without an error are always written.
 */
export function createLog(process: string, level: Level | 'silent', destination?: DestinationStream): Logger {
  const repeats = new Map<string, number>();

  function tellRepeats(key: string, tell: (repeated: number) => void): void {
    const repeated = repeats.get(key);
    repeats.delete(key);
    if (repeated) tell(repeated);
  }

  const logMethod: NonNullable<LoggerOptions['hooks']>['logMethod'] = function (args, method) {
    const [details, message] = args as unknown[];
    const key = keyOf(details, message);
    if (key === null) return method.apply(this, args);
    const repeated = repeats.get(key);
    if (repeated !== undefined) return void repeats.set(key, repeated + 1);
    const [oldest] = repeats.keys();
    if (repeats.size >= MOST_COUNTED) repeats.delete(oldest!);
    repeats.set(key, 0);
    const tell = (count: number) => method.apply(this, [{ repeated: count, ...describe(details) }, message as string]);
    setTimeout(tellRepeats, QUIET_MS, key, tell).unref();
    method.apply(this, args);
  };

  return pino({ level, base: { process }, hooks: { logMethod } }, destination ?? pino.destination(1));
}

/** Identifies equal entries; null for an entry without an error. */
function keyOf(details: unknown, message: unknown): string | null {
  const error = errorOf(details);
  return error === null ? null : `${String(message)}\n${error.message}`;
}

function describe(details: unknown): { error: string } {
  return { error: errorOf(details)!.message };
}

function errorOf(details: unknown): Error | null {
  const error = typeof details === 'object' && details !== null && 'err' in details ? details.err : null;
  return error instanceof Error ? error : null;
}
