import type { ApiKey } from '../../../../core/contracts/key.ts';

/** Whether a key was revoked or has expired. */
export function hasEnded({ revoked_at, expires_at }: ApiKey, now: Date): boolean {
  return revoked_at !== null || (expires_at !== null && new Date(expires_at) <= now);
}
