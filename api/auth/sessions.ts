import { hash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { toPrincipal, type KeyRow } from './key-ring.ts';
import type { Principal } from './principal.ts';
import type { KeyUse } from './key-use.ts';
import { isSignOn, type Closed, type SignOnSessions } from '../sign-on/sign-on-sessions.ts';
import { PrincipalCache, type Found } from './principal-cache.ts';
import { isValid, leftMs } from './valid-key.ts';

/** A session expires this long after it was last renewed. */
export const SESSION_SECONDS = 12 * 60 * 60;

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const FIND = {
  name: 'find-session',
  text: `select k.id, k.name, k.platform, k.org_id, k.scopes, ${leftMs('k')}
    from sessions s join api_keys k on k.id = s.key_id where s.hash = $1 and s.expires_at > now() and ${isValid('k')}`,
};
const OPEN = {
  name: 'open-session',
  text: `with over as (delete from sessions where expires_at < now())
    insert into sessions (hash, key_id, expires_at) values ($1, $2, now() + $3 * interval '1 second')`,
};
const RENEW = {
  name: 'renew-session',
  text: `update sessions set expires_at = now() + $2 * interval '1 second' where hash = $1 and expires_at > now()`,
};
const CLOSE = {
  name: 'close-session',
  text: `with closed as (delete from sessions where hash = $1 returning 1) select pg_notify('posthorn_keys', '') from closed`,
};

/**
 * Dashboard sessions: random tokens that stand for a key until they expire or are closed, or until the key is revoked or expires. Those of single
 * sign-on are among them.
 */
export class Sessions {
  private readonly pool: pg.Pool;
  private readonly use: KeyUse;
  private readonly signOns: SignOnSessions | undefined;
  private readonly cache = new PrincipalCache();

  constructor(pool: pg.Pool, use: KeyUse, signOns: SignOnSessions | undefined) {
    this.pool = pool;
    this.use = use;
    this.signOns = signOns;
  }

  /** Returns the new session's token; only its hash is stored. */
  async open(keyId: string): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.pool.query({ ...OPEN, values: [hashToken(token), keyId, SESSION_SECONDS] });
    return token;
  }

  /** Whom a session stands for; null if it has ended. */
  async find(token: string): Promise<Principal | null> {
    if (isSignOn(token)) return (await this.signOns?.find(token)) ?? null;
    return this.cache.get(token) ?? this.cache.load(token, () => this.ask(token));
  }

  /** False for a session that cannot be renewed. */
  async renew(token: string): Promise<boolean> {
    if (isSignOn(token)) return false;
    await this.pool.query({ ...RENEW, values: [hashToken(token), SESSION_SECONDS] });
    return true;
  }

  /** Ends the session at once, in every process. Not null after single sign-on. */
  async close(token: string): Promise<Closed | null> {
    if (isSignOn(token)) return (await this.signOns?.close(token)) ?? null;
    await this.pool.query({ ...CLOSE, values: [hashToken(token)] });
    this.forget();
    return null;
  }

  /** Call this if a session may have been closed or its key revoked. */
  forget(): void {
    this.cache.forget();
    this.signOns?.forget();
  }

  private async ask(token: string): Promise<Found | null> {
    if (!TOKEN.test(token)) return null;
    const { rows } = await this.pool.query<KeyRow>({ ...FIND, values: [hashToken(token)] });
    const [row] = rows;
    if (!row) return null;
    this.use.note(row.id);
    return { principal: toPrincipal(row), leftMs: row.left_ms };
  }
}

function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
