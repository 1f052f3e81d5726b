import type pg from 'pg';
import { newId } from '../../core/new-id.ts';
import { hashKey } from './key-ring.ts';

/** The `hint` of the key from `POSTHORN_ADMIN_KEY`. */
const HINT = 'environment';

/** Makes the admin key of the environment valid and revokes its predecessor. */
export async function ensureAdminKey(pool: pg.Pool, key: string): Promise<void> {
  await pool.query(
    `with old as (
       update api_keys set revoked_at = now() where hint = '${HINT}' and hash <> $2 and revoked_at is null returning id
     ), ensured as (
       insert into api_keys (id, name, scopes, hash, hint) values ($1, 'POSTHORN_ADMIN_KEY', '{admin}', $2, '${HINT}')
       on conflict (hash) do update set revoked_at = null, expires_at = null
     )
     select pg_notify('posthorn_keys', '') from old limit 1`,
    [newId(), hashKey(key)],
  );
}
