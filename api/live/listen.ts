import type pg from 'pg';
import type { Logger } from 'pino';
import { CHANGES_CHANNEL } from '../../core/db/changes.ts';
import { listen, type Listener } from '../../core/db/listener.ts';
import type { KeyRing } from '../auth/key-ring.ts';
import type { PortalSessions } from '../auth/portal-sessions.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { LiveHub } from './hub.ts';
import { readNotice } from './read-notice.ts';

interface Hearers {
  keys: KeyRing;
  sessions: Sessions;
  portals: PortalSessions;
  live: LiveHub;
  reads: pg.Pool;
  log: Logger;
}

const KEYS = 'posthorn_keys';
const RECOVERIES = 'posthorn_recoveries';

/** Handles all PostgreSQL notifications of an API process, over one connection. */
export function listenToDatabase(
  databaseUrl: string,
  { keys, sessions, portals, live, reads, log }: Hearers,
): Listener {
  const hearings: Record<string, (payload: string) => void> = {
    [KEYS]: () => {
      keys.forget();
      sessions.forget();
      portals.forget();
      void live.recheck();
    },
    // Empty after a reconnect: notifications may have been missed.
    [CHANGES_CHANNEL]: (payload) => (payload === '' ? live.reset() : live.hear(readNotice(payload))),
    [RECOVERIES]: (id) => void (id !== '' && hearRecovery(reads, live, id)),
  };
  return listen({
    databaseUrl,
    channels: Object.keys(hearings),
    onNotify: (channel, payload) => hearings[channel]?.(payload),
    log,
  });
}

let heard = 0;

async function hearRecovery(reads: pg.Pool, live: LiveHub, id: string): Promise<void> {
  try {
    const { rows } = await reads.query<{ platform: string | null; org_id: string | null }>(
      'select platform, org_id from recoveries where id = $1',
      [id],
    );
    const [owner] = rows;
    if (!owner) return;
    const change = { platform: owner.platform, orgId: owner.org_id, deliveries: [], webhooks: [], recoveries: [id] };
    live.hear({ id: `recovery-${process.pid}-${++heard}`, owners: [{ ...change, more: true }] });
  } catch {
    // The recovery's next step sends another notification.
  }
}
