import type { Posthorn } from './posthorn.ts';

export interface Copies {
  /** SQL of the platform, the organization and the event types of the n-th copy. */
  columns: string;
  /** SQL of its URL; by default that of the copied one. */
  url?: string;
}

/** Copies a webhook, with its secret, `count` times. */
export async function copyWebhook({ database }: Posthorn, id: string, count: number, copies: Copies): Promise<void> {
  await database.query(
    `insert into webhooks (id, url, secret, platform, org_id, events)
     select gen_random_uuid(), ${copies.url ?? 'url'}, secret, ${copies.columns}::text[]
     from (select url, secret from webhooks where id = $1) w, generate_series(1, $2) n`,
    [id, count],
  );
}
