import { pino, type DestinationStream, type Level, type Logger, type LoggerOptions } from 'pino';
import { isUnavailable } from './db/unavailable.ts';
import { outsideRequests, requestId } from './request-context.ts';

/** An error that is logged again within this time, in milliseconds, is counted instead. */
const QUIET_MS = 10_000;
/** Different errors that are counted at a time, and stacks that are remembered; beyond that, the oldest is dropped. */
const MOST_REMEMBERED = 1_000;
/** Stands for every error of a database that does not answer. */
const UNAVAILABLE = 'unavailable';

/** How often each message came. */
type Counts = Map<string, number>;

/**
 * A process's log. The same error with the same message is written once, then every ten seconds with how often it came since
 * (`repeated`), so that an outage does not fill a disk. Errors of a database that does not answer count as the same one, whatever failed
 * (`messages`). A stack is written once. Entries without an error are always written.
 */
export function createLog(name: string, level: Level | 'silent', destination?: DestinationStream): Logger {
  const repeats = new Map<string, Counts>();
  const stacks = new Set<string>();

  function tellRepeats(key: string, tell: (counts: Counts) => void): void {
    const counts = repeats.get(key);
    repeats.delete(key);
    if (counts && counts.size > 0) tell(counts);
  }

  /** The details, without a stack that was written before. */
  function shorten(details: object, error: Error): object {
    const stack = error.stack ?? '';
    if (stacks.has(stack)) return { ...details, err: undefined, error: error.message };
    const [oldest] = stacks;
    if (stacks.size >= MOST_REMEMBERED) stacks.delete(oldest!);
    stacks.add(stack);
    return details;
  }

  const logMethod: NonNullable<LoggerOptions['hooks']>['logMethod'] = function (args, method) {
    const [details, text] = args as unknown[];
    const error = errorOf(details);
    if (error === null) return method.apply(this, args);
    const message = String(text);
    const key = keyOf(error, message);
    const counts = repeats.get(key);
    if (counts) return void counts.set(message, (counts.get(message) ?? 0) + 1);
    const [oldest] = repeats.keys();
    if (repeats.size >= MOST_REMEMBERED) repeats.delete(oldest!);
    repeats.set(key, new Map());
    const tell = (all: Counts) =>
      method.apply(this, [describe(error, all), key === UNAVAILABLE ? STILL_AWAY : message]);
    // The repetitions are not those of one request.
    outsideRequests(() => setTimeout(tellRepeats, QUIET_MS, key, tell).unref());
    method.apply(this, [shorten(details as object, error), message]);
  };

  const mixin = () => {
    const request = requestId();
    return request === undefined ? {} : { request };
  };
  return pino({ level, base: { process: name }, hooks: { logMethod }, mixin }, destination ?? pino.destination(1));
}

/**
 * SIGUSR2 switches a log to `debug`, and the next one back to its level; a log that is that detailed already is switched to `info`. Windows
 * has no such signal.
 */
export function switchLevelBySignal(log: Logger): void {
  if (process.platform === 'win32') return;
  const usual = log.level;
  const other = log.isLevelEnabled('debug') ? 'info' : 'debug';
  process.on('SIGUSR2', () => {
    const next = log.level === usual ? other : usual;
    // Written whatever the levels are.
    log.level = 'debug';
    log.info({ level_name: next }, 'log level switched by SIGUSR2');
    log.level = next;
  });
}

const STILL_AWAY = 'PostgreSQL does not answer: retrying';

/** What may look like an error of the database: a full queue of requests, and Temporal's errors. */
const OTHERS = ['OverloadedError', 'ServiceError', 'TransportError'];

/** Identifies equal entries. */
function keyOf(error: Error, message: string): string {
  if (isUnavailable(error) && !OTHERS.includes(error.name)) return UNAVAILABLE;
  return `${message}\n${error.message}`;
}

function describe(error: Error, counts: Counts): object {
  const repeated = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { repeated, error: error.message, ...(counts.size > 1 && { messages: Object.fromEntries(counts) }) };
}

function errorOf(details: unknown): Error | null {
  const error = typeof details === 'object' && details !== null && 'err' in details ? details.err : null;
  return error instanceof Error ? error : null;
}
