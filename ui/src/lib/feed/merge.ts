export interface Row {
  /** A UUIDv7. */
  id: string;
}

export interface Page<R extends Row> {
  data: R[];
  next_cursor: string | null;
}

interface Lists<R extends Row> {
  /** Rows shown, newest first. */
  rows: R[];
  /** New rows not shown yet, newest first. */
  incoming: R[];
}

export interface Merged<R extends Row> extends Lists<R> {
  /** All rows of the page are new, so rows may be missing between the page and those shown. */
  gap: boolean;
}

/** Merges the newest page into a list. Known rows are updated in place; new rows wait in `incoming`. */
export function mergeNewest<R extends Row>(lists: Lists<R>, page: Page<R>): Merged<R> {
  const known = new Set([...lists.rows, ...lists.incoming].map(({ id }) => id));
  const fresh = page.data.filter(({ id }) => !known.has(id));
  const updated = updateRows(lists, page.data);
  const gap = known.size > 0 && fresh.length > 0 && page.next_cursor !== null && fresh.length === page.data.length;
  return { rows: updated.rows, incoming: sortNewest([...fresh, ...updated.incoming]), gap };
}

/** Replaces changed rows in place. */
export function updateRows<R extends Row>(lists: Lists<R>, changed: R[]): Lists<R> {
  const byId = new Map(changed.map((row) => [row.id, row]));
  const update = (rows: R[]) => rows.map((row) => byId.get(row.id) ?? row);
  return { rows: update(lists.rows), incoming: update(lists.incoming) };
}

/** Adds the waiting rows. */
export function admitIncoming<R extends Row>({ rows, incoming }: Lists<R>): Lists<R> {
  return { rows: sortNewest([...incoming, ...rows]), incoming: [] };
}

/** Sorts by id. UUIDv7 ids are ordered by time. */
function sortNewest<R extends Row>(rows: R[]): R[] {
  return rows.toSorted((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
}

/**
 * Ids of rows that should be on a page but are not, because they no longer match the filters. The page covers ids from `newest`
 * (default: no upper bound) down to its last row; the last page has no lower bound. An empty page with a next page covers nothing.
 */
export function findGone<R extends Row>(
  rows: readonly R[],
  page: { data: readonly R[]; next_cursor: string | null },
  newest?: string,
): string[] {
  const oldest = page.next_cursor === null ? '' : page.data.at(-1)?.id;
  if (oldest === undefined) return [];
  const there = new Set(page.data.map(({ id }) => id));
  const within = ({ id }: Row) => id >= oldest && (newest === undefined || id <= newest);
  return rows.filter((row) => within(row) && !there.has(row.id)).map(({ id }) => id);
}
