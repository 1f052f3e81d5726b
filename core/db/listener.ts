import pg from 'pg';
import type { Logger } from 'pino';
import { connectOptions } from './connect-options.ts';

export interface Listener {
  close(): Promise<void>;
}

export interface ListenOptions {
  databaseUrl: string;
  channels: string[];
  /** Errors that it throws are logged; later notices still arrive. */
  onNotify: (channel: string, payload: string) => void;
  log: Logger;
  /** A connection without an answer for this long is replaced, milliseconds. Default 5,000. */
  silenceMs?: number;
}

const RECONNECT_MS = 500;

/**
 * Listens on PostgreSQL channels on a connection of its own, and reconnects if it breaks or does not answer. After every
 * (re)connection `onNotify` is called once with an empty payload for each channel, because notices may have been missed.
 */
export function listen({ databaseUrl, channels, onNotify, log, silenceMs = 5_000 }: ListenOptions): Listener {
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

  const tell = (channel: string, payload: string) => {
    try {
      onNotify(channel, payload);
    } catch (error) {
      log.warn({ err: error, channel }, 'unreadable notification from PostgreSQL');
    }
  };

  const beat = async (current: pg.Client) => {
    try {
      await current.query('select 1');
    } catch {
      await current.end();
    }
  };

  const reconnect = () => {
    if (closed || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      void connect();
    }, RECONNECT_MS);
  };

  const connect = async () => {
    const next = new pg.Client(
      connectOptions(databaseUrl, {
        connectionTimeoutMillis: 2_000,
        query_timeout: silenceMs,
        keepAlive: true,
        application_name: 'posthorn listener',
      }),
    );
    let beating: NodeJS.Timeout | undefined;
    next.on('error', () => {});
    next.on('end', () => {
      clearInterval(beating);
      reconnect();
    });
    next.on('notification', (notice) => tell(notice.channel, notice.payload ?? ''));
    try {
      await next.connect();
      if (closed) return await next.end();
      client = next;
      for (const channel of channels) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
      beating = setInterval(() => void beat(next), silenceMs);
      for (const channel of channels) tell(channel, '');
    } catch {
      await next.end().catch(() => {});
      reconnect();
    }
  };

  void connect();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
