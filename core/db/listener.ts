import pg from 'pg';
import { connectOptions } from './connect-options.ts';

export interface Listener {
  close(): Promise<void>;
}

const RECONNECT_MS = 500;

/**
 * Listens on PostgreSQL channels over one connection of its own, and connects again when that breaks. After every
 * (re)connection `onNotify` is called once with an empty payload for each channel, since notices may have been missed.
 */
export function listen(
  databaseUrl: string,
  channels: string[],
  onNotify: (channel: string, payload: string) => void,
): Listener {
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

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
        keepAlive: true,
        application_name: 'posthorn listener',
      }),
    );
    next.on('error', () => {});
    next.on('end', reconnect);
    next.on('notification', (notice) => onNotify(notice.channel, notice.payload ?? ''));
    try {
      await next.connect();
      if (closed) return await next.end();
      client = next;
      for (const channel of channels) await next.query(`listen ${pg.escapeIdentifier(channel)}`);
      for (const channel of channels) onNotify(channel, '');
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
