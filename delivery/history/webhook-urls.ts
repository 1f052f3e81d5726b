import type pg from 'pg';

/** The webhooks' URLs, by their ids. */
export async function readUrls(pool: pg.Pool, ids: string[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; url: string }>(
    'select id, url from webhooks where id = any($1::uuid[])',
    [[...new Set(ids)]],
  );
  return new Map(rows.map(({ id, url }) => [id, url]));
}
