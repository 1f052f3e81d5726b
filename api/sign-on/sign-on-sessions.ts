import { hash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { SecretBox } from '../../core/secrets.ts';
import type { SingleSignOn } from '../../core/single-sign-on.ts';
import { PrincipalCache, type Found } from '../auth/principal-cache.ts';
import type { Principal } from '../auth/principal.ts';
import { accessesOf, pickAccess, type Access } from './access.ts';

const PREFIX = 'sso_';
/** Longer ID tokens do not fit into the address of a page. */
const LONGEST_ID_TOKEN = 4096;
const TOKEN = /^sso_[A-Za-z0-9_-]{43}$/;

/** Deletes expired rows first. */
const OPEN = {
  name: 'open-sign-on',
  text: `with over as (delete from sign_ons where expires_at < now())
    insert into sign_ons (hash, person, groups, id_token, expires_at) values ($1, $2, $3, $4, now() + $5 * interval '1 second')`,
};
const FIND = {
  name: 'find-sign-on',
  text: `select person, groups, platform, org_id, extract(epoch from expires_at - now())::float8 * 1000 as left_ms
    from sign_ons where hash = $1 and expires_at > now()`,
};
const CHOOSE = {
  name: 'choose-access',
  text: `with chosen as (update sign_ons set platform = $2, org_id = $3 where hash = $1 and expires_at > now() returning 1)
    select pg_notify('posthorn_keys', '') from chosen`,
};
const CLOSE = {
  name: 'close-sign-on',
  text: `with closed as (delete from sign_ons where hash = $1 returning id_token)
    select id_token, pg_notify('posthorn_keys', '') from closed`,
};

/** Who signed in, as the identity provider says. */
export interface Person {
  /** For people to read: the email address, or the provider's id. */
  name: string;
  groups: string[];
  idToken: string;
}

interface Row {
  person: string;
  groups: string[];
  platform: string | null;
  org_id: string | null;
  left_ms: number;
}

/** Of a session that is still open. */
export interface Choice {
  accesses: Access[];
  /** Null: the person has not chosen yet. */
  current: Access | null;
}

/** What is left of a session that was closed: a hint for the identity provider. */
export interface Closed {
  idToken: string | null;
}

/** Whether a session's token is one of single sign-on. */
export function isSignOn(token: string): boolean {
  return token.startsWith(PREFIX);
}

/**
 * Dashboard sessions that single sign-on opened. They end after a fixed time. Their rights are those that the settings give to the person's groups
 * now, so that a change of the settings applies to sessions that are open.
 */
export class SignOnSessions {
  private readonly pool: pg.Pool;
  private readonly settings: SingleSignOn;
  private readonly secretBox: SecretBox;
  private readonly cache = new PrincipalCache();

  constructor(pool: pg.Pool, settings: SingleSignOn, secretBox: SecretBox) {
    this.pool = pool;
    this.settings = settings;
    this.secretBox = secretBox;
  }

  /** Returns the new session's token; only its hash is stored. Of the groups, those with rights are stored. */
  async open({ name, groups, idToken }: Person): Promise<string> {
    const token = PREFIX + randomBytes(32).toString('base64url');
    const known = groups.filter((group) => this.settings.groups.has(group));
    const sealed = idToken.length <= LONGEST_ID_TOKEN ? this.secretBox.seal(idToken) : null;
    const values = [hashToken(token), name, known, sealed, this.settings.sessionSeconds];
    await this.pool.query({ ...OPEN, values });
    return token;
  }

  /** Null: the session is over, its groups have no rights any more, or the person has to choose first. */
  async find(token: string): Promise<Principal | null> {
    return this.cache.get(token) ?? this.cache.load(token, () => this.ask(token));
  }

  /** Null: the session is over. */
  async readChoice(token: string): Promise<Choice | null> {
    const row = await this.read(token);
    if (!row) return null;
    const accesses = accessesOf(this.settings.groups, row.groups);
    return { accesses, current: pickAccess(accesses, { platform: row.platform, orgId: row.org_id }) };
  }

  /** From then on the session has these rights, in every process. */
  async choose(token: string, { platform, orgId }: Access): Promise<void> {
    await this.pool.query({ ...CHOOSE, values: [hashToken(token), platform, orgId] });
    this.forget();
  }

  /** Ends the session at once, in every process. Null: it was over. */
  async close(token: string): Promise<Closed | null> {
    const { rows } = await this.pool.query<{ id_token: Buffer | null }>({ ...CLOSE, values: [hashToken(token)] });
    this.forget();
    const [row] = rows;
    return row ? { idToken: row.id_token && this.openIdToken(row.id_token) } : null;
  }

  /** Null if the master key was exchanged meanwhile. */
  private openIdToken(sealed: Buffer): string | null {
    try {
      return this.secretBox.open(sealed);
    } catch {
      return null;
    }
  }

  /** Call this if a session may have been closed or changed. */
  forget(): void {
    this.cache.forget();
  }

  private async ask(token: string): Promise<Found | null> {
    const row = await this.read(token);
    if (!row) return null;
    const accesses = accessesOf(this.settings.groups, row.groups);
    const access = pickAccess(accesses, { platform: row.platform, orgId: row.org_id });
    if (!access) return null;
    const principal = { id: null, name: `${row.person} (SSO)`, ...access, hasChoice: accesses.length > 1 };
    return { principal, leftMs: row.left_ms };
  }

  private async read(token: string): Promise<Row | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const { rows } = await this.pool.query<Row>({ ...FIND, values: [hashToken(token)] });
    return rows[0];
  }
}

function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
