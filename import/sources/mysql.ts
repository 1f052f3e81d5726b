import { isIP } from 'node:net';
import { createConnection, type RowDataPacket, type SslOptions } from 'mysql2/promise';
import type { OldRow } from './source.ts';
import type { OldDatabase, PageQuery } from './database.ts';
import { describe } from './postgres.ts';

/**
 * The old system on MySQL or MariaDB. The session keeps the server's time zone, as Laravel's does, so that times read as the application
 * wrote them. The URL may have `ssl-mode`, as MySQL's own clients do; default: DISABLED.
 */
export async function openMysql(url: string): Promise<OldDatabase> {
  const { uri, ssl } = readSslMode(url.replace(/^mariadb:/, 'mysql:'));
  const connection = await createConnection({
    uri,
    ...(ssl && { ssl }),
    charset: 'utf8mb4',
    connectTimeout: 10_000,
    enableKeepAlive: true,
    // Every value as text: no number is rounded, no JSON is parsed, no time is converted. MySQL declares the character set of JSON to be
    // binary, and sends utf8mb4.
    typeCast: (field) => field.string('utf8'),
  });
  connection.on('error', () => {});
  const query = async (sql: string, values: unknown[]) =>
    (await connection.query<RowDataPacket[]>(sql, values))[0] as OldRow[];
  await query('set session transaction read only', []);
  return {
    label: describe(url),
    async columnsOf(table) {
      const [schema, name] = splitPath(table);
      return (await query(COLUMNS, [schema, name])).map((row) => row['name']!);
    },
    async count(table, createdAt, since) {
      const older = since === null ? 'null' : `case when ${quote(createdAt)} < ? then 1 end`;
      const sql = `select count(*) as \`all\`, count(${older}) as older from ${quotePath(table)}`;
      const [row] = await query(sql, since === null ? [] : [since]);
      return { rows: Number(row!['all']) - Number(row!['older']), older: Number(row!['older']) };
    },
    async page(one) {
      const { sql, values } = pageOf(one);
      return await query(sql, values);
    },
    close: () => connection.end(),
  };
}

const SSL_MODES: Record<string, SslOptions | undefined> = {
  DISABLED: undefined,
  REQUIRED: { rejectUnauthorized: false },
  VERIFY_CA: {},
  VERIFY_IDENTITY: { verifyIdentity: true },
};

function readSslMode(url: string): { uri: string; ssl: SslOptions | undefined } {
  const [, before = '', mode = 'DISABLED', after = ''] = /^(.*[?&])ssl-mode=([^&]*)&?(.*)$/.exec(url) ?? [];
  const name = mode.toUpperCase();
  if (!(name in SSL_MODES)) throw new Error(`ssl-mode is one of ${Object.keys(SSL_MODES).join(', ')}, not ${mode}`);
  // The driver would compare nothing.
  if (name === 'VERIFY_IDENTITY' && isIP(new URL(url).hostname.replace(/^\[|\]$/g, '')) !== 0)
    throw new Error('ssl-mode=VERIFY_IDENTITY needs a host name in place of the address');
  return { uri: before === '' ? url : `${before}${after}`, ssl: SSL_MODES[name] };
}

const COLUMNS = `
  select column_name as name from information_schema.columns
  where table_schema = coalesce(?, database()) and table_name = ? order by ordinal_position`;

function pageOf({ table, columns, since, after, limit }: PageQuery): { sql: string; values: unknown[] } {
  const id = quote(columns.get('id')!);
  const createdAt = quote(columns.get('created_at') ?? '');
  const conditions = [
    ...(after === null ? [] : [{ sql: `${id} > ?`, value: after }]),
    ...(since === null ? [] : [{ sql: `(${createdAt} >= ? or ${createdAt} is null)`, value: since }]),
  ];
  const selected = [...columns].map(([field, column]) => `${quote(column)} as ${quote(field)}`).join(', ');
  const where = conditions.length > 0 ? `where ${conditions.map(({ sql }) => sql).join(' and ')}` : '';
  return {
    sql: `select ${selected} from ${quotePath(table)} ${where} order by ${id} limit ${limit}`,
    values: conditions.map(({ value }) => value),
  };
}

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function quotePath(table: string): string {
  return table.split('.').map(quote).join('.');
}

function splitPath(table: string): [string | null, string] {
  const [first = '', second] = table.split('.');
  return second === undefined ? [null, first] : [first, second];
}
