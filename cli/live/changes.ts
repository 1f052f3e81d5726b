import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, PosthornError } from '../../clients/typescript/src/errors.ts';
import { isPassing, type Api } from '../api/api.ts';
import { readMessages, type Message } from './event-stream.ts';

/** What the live stream says: these deliveries may have changed, and perhaps others too. */
export interface Change {
  deliveries: string[];
}

const PATH = '/api/dashboard/live';
/** The server sends something every 15 s. */
const SILENCE_MS = 40_000;
const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Follows the live stream until the signal aborts. After a lost connection it goes on where it was; the first message of each connection
 * comes at once. `onState` hears of a connection that was lost (with the reason) or is there again (null).
 * @throws CommandError if the first connection fails, or the API refuses a later one
 */
export async function* followChanges(
  api: Api,
  signal: AbortSignal,
  onState: (lost: string | null) => void,
): AsyncGenerator<Change> {
  let lastId: string | undefined;
  let pause = SHORTEST_PAUSE_MS;
  for (let connected = false; !signal.aborted;) {
    const watch = new Watch(signal);
    try {
      const headers = { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) };
      const response = await api.open(PATH, headers, watch.signal);
      if (connected) onState(null);
      connected = true;
      yield { deliveries: [] };
      for await (const message of readMessages(response.body!)) {
        watch.note();
        pause = SHORTEST_PAUSE_MS;
        if (message === null) continue;
        lastId = message.id ?? lastId;
        const change = readChange(message);
        if (change) yield change;
      }
      if (!signal.aborted) onState('the connection was closed');
    } catch (error) {
      if (signal.aborted) return;
      if (!connected || (error instanceof ApiError && !isPassing(error))) throw error;
      onState(error instanceof PosthornError ? error.message : 'the connection broke');
    } finally {
      watch.end();
    }
    await sleep(pause, undefined, { signal }).catch(() => {});
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

function readChange({ event, data }: Message): Change | null {
  if (event === 'reset') return { deliveries: [] };
  return event === 'change' ? { deliveries: (JSON.parse(data) as Change).deliveries } : null;
}

/** Aborts a connection on which nothing has come for too long. */
class Watch {
  private readonly silence = new AbortController();
  readonly signal: AbortSignal;
  private timer: NodeJS.Timeout | undefined;

  constructor(signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.silence.signal]);
    this.note();
  }

  note(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.silence.abort(new Error('nothing came for a while')), SILENCE_MS);
  }

  end(): void {
    clearTimeout(this.timer);
    // Also closes a connection that the caller gives up.
    this.silence.abort();
  }
}
