import pg from 'pg';
import type { OldRow } from './source.ts';
import type { OldDatabase, PageQuery } from './database.ts';

/** Every value as the server writes it. */
const AS_TEXT = { getTypeParser: () => (text: string | Buffer) => text };

/** The old system on PostgreSQL. Times without an offset are those of the zone. */
export async function openPostgres(url: string, zone: string): Promise<OldDatabase> {
  const client = new pg.Client({
    connectionString: url,
    types: AS_TEXT,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'posthorn import',
  });
  client.on('error', () => {});
  await client.connect();
  await client.query(`set datestyle = 'ISO'; set default_transaction_read_only = on`);
  await client.query(`select set_config('timezone', $1, false)`, [zone]);
  return {
    label: describe(url),
    async columnsOf(table) {
      const { rows } = await client.query<{ name: string }>(COLUMNS, [quotePath(table)]);
      return rows.map(({ name }) => name);
    },
    async count(table, createdAt, since) {
      const older = since === null ? 'null' : `case when ${quote(createdAt)} < $1 then 1 end`;
      const text = `select count(*) as all, count(${older}) as older from ${quotePath(table)}`;
      const { rows } = await client.query<{ all: string; older: string }>(text, since === null ? [] : [since]);
      return { rows: Number(rows[0]!.all) - Number(rows[0]!.older), older: Number(rows[0]!.older) };
    },
    async page(query) {
      const { text, values } = pageOf(query);
      return (await client.query<OldRow>(text, values)).rows;
    },
    close: () => client.end(),
  };
}

const COLUMNS = `
  select attname as name from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`;

function pageOf({ table, columns, since, after, limit }: PageQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const id = quote(columns.get('id')!);
  const createdAt = quote(columns.get('created_at') ?? '');
  const conditions = [
    ...(after === null ? [] : [`${id} > ${bind(after)}`]),
    ...(since === null ? [] : [`(${createdAt} >= ${bind(since)} or ${createdAt} is null)`]),
  ];
  const selected = [...columns].map(([field, column]) => `${quote(column)} as ${quote(field)}`).join(', ');
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  return { text: `select ${selected} from ${quotePath(table)} ${where} order by ${id} limit ${limit}`, values };
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table, with its schema or without. */
function quotePath(table: string): string {
  return table.split('.').map(quote).join('.');
}

/** An address without its credentials and parameters. */
export function describe(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
