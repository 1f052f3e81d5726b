import type pg from 'pg';
import { ONLY_INDEXES } from './pool.ts';
import { inPoolTransaction } from './transaction.ts';
import type { Statement } from './execute.ts';

/** Index rows that one request reads for its page. */
export const WINDOW = 10_000;

/** Index columns before the place, each with the SQL of its value. */
export type Found = readonly (readonly [column: string, value: string])[];

export interface Search {
  /** Selects rows that an index has in the order of `by` and their `place`, a UUIDv7; nothing else may narrow them. */
  rows: string;
  /** Default: none. */
  by?: Found;
  /** Alias of the rows, and joins. Default `d`, without joins. */
  as?: string;
  /** Conditions without an index. */
  wanted: string[];
  /** Of `d`. */
  columns: readonly string[];
  limit: number;
  /** SQL of a number: rows to read. */
  window?: string;
  /** Default true. False: any of them come first. */
  ordered?: boolean;
}

/**
 * The first `limit` wanted ones, newest first, within a window of `rows`. It stops reading when it has them. The row behind the window
 * comes too and is its `edge`: what follows was not looked at.
 */
export function searchWindow(search: Search): string {
  const { rows, by = [], as = 'd', wanted, columns, limit, window = String(WINDOW), ordered = true } = search;
  const shown = columns.map((column) => `, d.${column}`).join('');
  const order = [...by.map(([column]) => column), 'place'].map((column) => `${column} desc`).join(', ');
  const read = ordered ? `${rows} order by ${order}` : rows;
  if (wanted.length === 0) {
    return `select place, false as edge, true as matches${shown} from (${read} limit ${limit}) ${as}`;
  }
  return `select * from (
      select place, edge, (${wanted.join(' and ')}) is true as matches${shown}
      from (select *, row_number() over () > ${window} as edge from (${read} limit ${window} + 1) r) ${as}
    ) s where matches or edge limit ${limit}`;
}

/** Bounds of a place; the upper one is exclusive. As SQL. */
export interface Range {
  from: string[];
  before: string[];
}

/**
 * Conditions on the place, and on the columns before it in the index: as one comparison, so that no index on the place alone has the order
 * that is asked for. PostgreSQL would read the rows of all owners by it, in search of one that has few.
 */
export function within(by: Found, place: string, { from, before }: Range): string[] {
  const plain = [...from.map((bound) => `${place} >= ${bound}`), ...before.map((bound) => `${place} < ${bound}`)];
  if (by.length === 0) return plain;
  const columns = [...by.map(([column]) => column), place].join(', ');
  const values = by.map(([, value]) => value).join(', ');
  return [
    ...plain,
    `(${columns}) >= (${values}, greatest(${[FIRST_PLACE, ...from].join(', ')}))`,
    `(${columns}) < (${values}, least(${[LAST_PLACE, ...before].join(', ')}))`,
  ];
}

const FIRST_PLACE = `'00000000-0000-0000-0000-000000000000'::uuid`;
const LAST_PLACE = `'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`;

/** A row of one search, or of several that are sorted together. */
export interface Searched {
  place: string;
  edge: boolean;
  matches: boolean;
}

export interface Page<Row> {
  rows: Row[];
  /** The id after which the next page begins; null: there is nothing further. A page that is not full may have a next one. */
  next: string | null;
}

/** A page out of `limit` matches and one more: up to the first edge. */
export function readPage<Row extends Searched>(found: readonly Row[], limit: number): Page<Row> {
  const rows: Row[] = [];
  for (const row of found) {
    if (row.matches && rows.length === limit) return { rows, next: rows.at(-1)!.place };
    if (row.matches) rows.push(row);
    if (row.edge) return { rows, next: row.place };
  }
  return { rows, next: null };
}

/** Runs a search so that it reads its indexes in their order, however old the statistics are. */
export async function search<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  { text, values }: Statement,
): Promise<Row[]> {
  return await inPoolTransaction(pool, async (client) => {
    await client.query(SETTINGS);
    return (await client.query<Row>(text, values)).rows;
  });
}

/** Runs one statement of a transaction that uses the pool of the hot statements so that it reads its indexes in their order. */
export async function readInOrder<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  { text, values }: Statement,
): Promise<Row[]> {
  await client.query(`set local ${SORT} = off`);
  const { rows } = await client.query<Row>(text, values);
  await client.query(`set local ${SORT} = on`);
  return rows;
}

/** Off: rows are read in the order of an index that has it, not by an index on their time alone and sorted then. */
const SORT = 'enable_sort';

const SETTINGS = [
  'transaction read only',
  `local ${SORT} = off`,
  ...Object.entries(ONLY_INDEXES).map(([name, value]) => `local ${name} = ${value}`),
]
  .map((setting) => `set ${setting}`)
  .join('; ');
