import type { Posthorn } from './posthorn.ts';

export interface Copies {
  /** SQL for the platform, organization and event types of the nth copy. */
  columns: string;
  /** SQL for its URL; default: the URL of the original. */
  url?: string;
}

/** Copies a webhook and its secret `count` times. */
export async function copyWebhook({ database }: Posthorn, id: string, count: number, copies: Copies): Promise<void> {
  await database.query(
    `insert into webhooks (id, url, secret, platform, org_id, events)
     select gen_random_uuid(), ${copies.url ?? 'url'}, secret, ${copies.columns}::text[]
     from (select url, secret from webhooks where id = $1) w, generate_series(1, $2) n`,
    [id, count],
  );
}
