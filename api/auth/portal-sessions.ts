import { hash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Scope } from '../../core/contracts/key.ts';
import type { PortalLook, PortalPermissions } from '../../core/contracts/portal.ts';
import type { Execute } from '../../core/db/execute.ts';
import { hasOrganizations, type Registry } from '../../core/platforms/platform.ts';
import { isUuid } from '../paths.ts';
import type { Principal } from './principal.ts';
import type { KeyUse } from './key-use.ts';
import { PrincipalCache, type Found } from './principal-cache.ts';
import { isValid, leftMs } from './valid-key.ts';

/** A portal session ends this long after its link was opened. It is not renewed. */
export const PORTAL_SESSION_SECONDS = 12 * 60 * 60;

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const READ: readonly Scope[] = ['webhooks:read', 'events:read'];
const SCOPES: Record<PortalPermissions, readonly Scope[]> = {
  read: READ,
  write: [...READ, 'webhooks:write', 'events:write'],
};

/** Deletes expired rows first. */
const CREATE = `
  with expired as (delete from portal_links where expires_at < now())
  insert into portal_links (id, key_id, platform, org_id, permissions, name, accent, token_hash, expires_at)
  values (?, ?, ?, ?, ?, ?, ?, decode(?, 'hex'), now() + ? * interval '1 second') returning expires_at`;
/** Of two that open a link at once, the second waits for the row and then finds it opened. */
const OPEN = `
  update portal_links l set session_hash = decode(?, 'hex'), expires_at = now() + ? * interval '1 second'
  from api_keys k
  where l.id = ? and l.token_hash = decode(?, 'hex') and l.session_hash is null and l.expires_at > now()
    and k.id = l.key_id and ${isValid('k')}
  returning k.name as key_name, l.platform, l.org_id`;
const FIND = {
  name: 'find-portal-session',
  text: `select k.id as key_id, k.name as key_name, l.id, l.platform, l.org_id, l.permissions, l.name, l.accent, ${leftMs('k')}
    from portal_links l join api_keys k on k.id = l.key_id
    where l.id = $1 and l.session_hash = $2 and l.expires_at > now() and ${isValid('k')}`,
};
const CLOSE = {
  name: 'close-portal-session',
  text: `with closed as (delete from portal_links where id = $1 and session_hash = $2 returning 1)
    select pg_notify('posthorn_keys', '') from closed`,
};

export interface NewPortalLink {
  id: string;
  keyId: string;
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  permissions: PortalPermissions;
  name: string | undefined;
  accent: string | undefined;
  /** Seconds. */
  expiresIn: number;
}

interface SessionRow {
  key_id: string;
  key_name: string;
  id: string;
  platform: string;
  org_id: string;
  permissions: PortalPermissions;
  name: string | null;
  accent: string | null;
  left_ms: number | null;
}

/** Stores a link and returns its token, of which only the hash is stored, and when it expires. */
export async function storePortalLink(execute: Execute, link: NewPortalLink) {
  const token = makeToken();
  const { id, keyId, platform, orgId, permissions, name = null, accent = null, expiresIn } = link;
  const hashed = hashToken(token).toString('hex');
  const values = [id, keyId, platform, orgId, permissions, name, accent, hashed, expiresIn];
  const [row] = await execute(CREATE, values);
  return { token, expiresAt: new Date(row!['expires_at'] as string) };
}

/** Opens a link. Returns the token of its session, or null: there is no such link, it was used, expired, or its key is not valid any more. */
export async function openPortalLink(execute: Execute, link: string, token: string) {
  if (!isUuid(link) || !TOKEN.test(token)) return null;
  const sessionToken = makeToken();
  const [hashed, sessionHash] = [token, sessionToken].map((each) => hashToken(each).toString('hex'));
  const [row] = await execute(OPEN, [sessionHash, PORTAL_SESSION_SECONDS, link, hashed]);
  if (!row) return null;
  const { key_name, platform, org_id } = row as unknown as SessionRow;
  return { sessionToken, actor: describeActor(key_name), platform, orgId: org_id };
}

/** Sessions that portal links opened. They end with the key that made the link. */
export class PortalSessions {
  private readonly pool: pg.Pool;
  private readonly registry: Registry;
  private readonly use: KeyUse;
  private readonly cache = new PrincipalCache();

  constructor(pool: pg.Pool, registry: Registry, use: KeyUse) {
    this.pool = pool;
    this.registry = registry;
    this.use = use;
  }

  /** Null for a session that is over, or that another link opened. */
  async find(link: string, token: string): Promise<Principal | null> {
    if (!isUuid(link) || !TOKEN.test(token)) return null;
    const name = `${link} ${token}`;
    return this.cache.get(name) ?? this.cache.load(name, () => this.ask(link, token));
  }

  /** It is over at once, in every process. */
  async close(link: string, token: string): Promise<void> {
    if (!isUuid(link)) return;
    await this.pool.query({ ...CLOSE, values: [link, hashToken(token)] });
    this.forget();
  }

  /** To be called when a session may have been closed, or its key revoked. */
  forget(): void {
    this.cache.forget();
  }

  private async ask(link: string, token: string): Promise<Found | null> {
    const { rows } = await this.pool.query<SessionRow>({ ...FIND, values: [link, hashToken(token)] });
    const [row] = rows;
    if (!row) return null;
    this.use.note(row.key_id);
    return { principal: this.toPrincipal(row), leftMs: row.left_ms };
  }

  private toPrincipal({ id, key_name, platform, org_id, permissions, name, accent }: SessionRow): Principal {
    const portal: PortalLook = { name: name ?? this.registry[platform]?.label ?? platform, accent };
    const scopes = new Set(SCOPES[permissions]);
    const known = this.registry[platform];
    // Only what belongs to no organization, where others belong to one.
    const orgId = org_id === '' && !(known && hasOrganizations(known)) ? null : org_id;
    return { id, name: describeActor(key_name), platform, orgId, scopes, portal };
  }
}

/** How the audit log names who acted. */
function describeActor(keyName: string): string {
  return `${keyName} (portal)`;
}

function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
