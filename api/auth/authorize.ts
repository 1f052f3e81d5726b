import type { Context } from 'hono';
import { AppError } from '../../core/contracts/errors.ts';
import type { Scope } from '../../core/contracts/key.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { readPortalCookie, readSessionCookie, requireOwnOrigin } from './cookie.ts';
import type { KeyRing } from './key-ring.ts';
import type { Principal } from './principal.ts';
import type { PortalSessions } from './portal-sessions.ts';
import type { Sessions } from './sessions.ts';
import { unauthorized } from './unauthorized.ts';

export interface Identification {
  keys: KeyRing;
  sessions: Sessions;
  portals: PortalSessions;
}

/**
 * Identifies the caller by the key in the header or the session in the cookie; below `/portal/{link}`, only by the portal's cookie.
 * Synchronous for a cached key.
 * @throws AppError unauthorized, or forbidden if the cookie comes with a cross-origin request
 */
export function identify({ keys, sessions, portals }: Identification, c: Context): Principal | Promise<Principal> {
  const link = c.req.param('link');
  if (link !== undefined) return identifyInPortal(portals, c, link);
  const authorization = c.req.header('authorization');
  if (authorization === undefined) return identifyByCookie(sessions, c);
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (!key) {
    throw unauthorized('the header Authorization must be "Bearer <key>"');
  }
  const found = keys.find(key);
  return found instanceof Promise ? found.then(requireKnown) : requireKnown(found);
}

async function identifyByCookie(sessions: Sessions, c: Context): Promise<Principal> {
  const token = readSessionCookie(c);
  if (!token) {
    throw unauthorized('send your key in the header "Authorization: Bearer <key>"');
  }
  const principal = await sessions.find(token);
  if (!principal) throw unauthorized('the session is over; sign in again');
  requireOwnOrigin(c);
  return principal;
}

async function identifyInPortal(portals: PortalSessions, c: Context, link: string): Promise<Principal> {
  const token = readPortalCookie(c);
  const principal = token === undefined ? null : await portals.find(link, token);
  if (!principal) throw unauthorized('this portal is closed; open a new link');
  requireOwnOrigin(c);
  return principal;
}

/** @throws AppError unauthorized */
export function requireKnown(principal: Principal | null): Principal {
  if (principal) return principal;
  throw unauthorized('this key does not exist or was revoked');
}

/**
 * Things of another organization appear not to exist (404); another platform is forbidden (403).
 * @throws AppError forbidden or not_found
 */
export function authorize(
  principal: Principal,
  scope: Scope | readonly Scope[],
  platform: Platform,
  orgId: string,
): void {
  if (principal.platform !== null && !isFor(principal.platform, platform))
    throw refusePlatform(principal.platform, platform);
  if (principal.orgId && orgId === '') {
    throw new AppError(
      'forbidden',
      `this key is for one organization; its API is at ${platform.organizations?.apiBase}`,
    );
  }
  if (principal.orgId !== null && principal.orgId !== orgId) {
    throw new AppError('not_found', 'there is no such organization for this key');
  }
  if (typeof scope === 'string') requireScope(principal, scope);
  else requireScope(principal, ...scope);
}

function isFor(platformOfKey: string, { id, scope, organizations }: Platform): boolean {
  return platformOfKey === id || (scope === 'organization' && platformOfKey === organizations?.of);
}

function refusePlatform(platformOfKey: string, { id, organizations }: Platform): AppError {
  const instead = platformOfKey === organizations?.of ? `; for one organization, use ${organizations.apiBase}` : '';
  return new AppError('forbidden', `this key is for the platform ${platformOfKey}, not for ${id}${instead}`);
}

export function hasScope({ scopes }: Principal, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has('admin');
}

/** @throws AppError forbidden, unless the key has one of the scopes */
export function requireScope(principal: Principal, ...oneOf: Scope[]): void {
  if (oneOf.length === 0 || oneOf.some((scope) => hasScope(principal, scope))) return;
  const has = [...principal.scopes].join(', ');
  throw new AppError('forbidden', `this key lacks the scope ${oneOf.join(' or ')}; it has ${has}`);
}

/** @throws AppError forbidden, unless it is an admin key without a platform */
export function authorizeAdmin(principal: Principal): void {
  if (isAdmin(principal)) return;
  throw new AppError('forbidden', 'only a key with the scope admin that belongs to no platform may manage keys');
}

export function isAdmin({ platform, scopes }: Principal): boolean {
  return platform === null && scopes.has('admin');
}
