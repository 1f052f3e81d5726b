import type { Execute } from '../../core/db/execute.ts';

export interface Rotation {
  webhookId: string;
  /** The new secret, sealed. */
  secret: Buffer;
  /** Seconds during which the present secret stays valid; 0: it does not. */
  overlap: number;
}

/**
 * Replaces a webhook's secret. Attempts are signed with both secrets during the overlap, and with the new one alone from then on, by
 * the database's clock at the time of each. A third secret, left from a rotation before, is dropped. Returns when the overlap ends; null: at once.
 */
export async function rotateSecret(execute: Execute, { webhookId, secret, overlap }: Rotation): Promise<Date | null> {
  const [row] = await execute(ROTATE, [secret.toString('base64'), overlap, overlap, overlap, webhookId]);
  const seconds = row!['expires_at'] as number | null;
  return seconds === null ? null : new Date(seconds * 1000);
}

/** Drops the older secret of a rotation. Returns whether it was still valid. */
export async function endRotation(execute: Execute, webhookId: string): Promise<boolean> {
  const [row] = await execute(END, [webhookId]);
  return row?.['was_valid'] === true;
}

const ROTATE = `
  update webhooks set secret = decode(?, 'base64'), updated_at = now(),
    previous_secret = case when ?::int > 0 then secret end,
    previous_secret_expires_at = case when ?::int > 0 then now() + ?::int * interval '1 second' end
  where id = ? returning extract(epoch from previous_secret_expires_at)::float8 as expires_at`;

const END = `
  with rotated as (
    select id, previous_secret_expires_at > now() as was_valid from webhooks where id = ? and previous_secret is not null
  )
  update webhooks w set previous_secret = null, previous_secret_expires_at = null, updated_at = now()
  from rotated where w.id = rotated.id returning was_valid`;
