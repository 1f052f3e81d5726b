import { AppError } from '../../core/contracts/errors.ts';
import type { Scope } from '../../core/contracts/key.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import type { KeyRing, Principal } from './key-ring.ts';

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="posthorn"' };

/** @throws AppError unauthorized */
export function identify(keys: KeyRing, authorization: string | undefined): Principal | Promise<Principal> {
  if (!authorization) {
    throw new AppError('unauthorized', 'send your key in the header "Authorization: Bearer <key>"', {
      headers: CHALLENGE,
    });
  }
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (!key) {
    throw new AppError('unauthorized', 'the header Authorization must be "Bearer <key>"', { headers: CHALLENGE });
  }
  const found = keys.find(key);
  return found instanceof Promise ? found.then(known) : known(found);
}

function known(principal: Principal | null): Principal {
  if (principal) return principal;
  throw new AppError('unauthorized', 'this key does not exist or was revoked', { headers: CHALLENGE });
}

/**
 * Another organization's things do not exist for a key (404); another platform's are forbidden (403).
 * @throws AppError forbidden or not_found
 */
export function authorize(principal: Principal, scope: Scope, platform: Platform, orgId: string): void {
  if (principal.platform !== null && principal.platform !== platform.id) {
    throw new AppError('forbidden', `this key is for the platform ${principal.platform}, not for ${platform.id}`);
  }
  if (principal.orgId !== null && principal.orgId !== orgId) {
    throw new AppError('not_found', 'there is no such organization for this key');
  }
  if (!principal.scopes.has(scope) && !principal.scopes.has('admin')) {
    throw new AppError('forbidden', `this key lacks the scope ${scope}; it has ${[...principal.scopes].join(', ')}`);
  }
}

/** @throws AppError forbidden, unless the key is an admin's of everything */
export function authorizeAdmin(principal: Principal): void {
  if (principal.platform === null && principal.scopes.has('admin')) return;
  throw new AppError('forbidden', 'only a key with the scope admin that belongs to no platform may manage keys');
}
