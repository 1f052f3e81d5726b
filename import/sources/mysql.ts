import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { OldRow } from './source.ts';
import type { OldDatabase, PageQuery } from './database.ts';
import { describe } from './postgres.ts';

/**
 * The old system on MySQL or MariaDB. The session keeps the server's time zone, as Laravel's does, so that times read as the application
 * wrote them.
 */
export async function openMysql(url: string): Promise<OldDatabase> {
  const connection = await createConnection({
    uri: url.replace(/^mariadb:/, 'mysql:'),
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
