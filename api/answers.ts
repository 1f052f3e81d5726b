import { invalidRequest } from '../core/contracts/errors.ts';

/** A response with a body that is already serialized JSON. */
export function answerText(json: string, status: number, headers: Record<string, string> = {}): Response {
  return new Response(json, { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

export function answerJson(value: unknown, status = 200): Response {
  return answerText(JSON.stringify(value), status);
}

/** The cursor of the page that follows this id. */
export function writeCursor(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/** Null for an invalid cursor. */
export function readCursor(cursor: string): string | null {
  if (!/^[A-Za-z0-9_-]{22}$/.test(cursor)) return null;
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The last id of the previous page. @throws AppError invalid_request */
export function requireCursor(cursor: string): string {
  return readCursor(cursor) ?? refuseCursor();
}

/** @throws AppError invalid_request */
export function refuseCursor(): never {
  throw invalidRequest([{ path: 'cursor', message: 'must be a next_cursor that the API gave' }]);
}

/** A page of `rows`. The rows must have been read with a limit of `limit` + 1. */
export function answerPage<Row extends { id: string }>(
  rows: Row[],
  limit: number,
  write: (row: Row) => unknown,
): Response {
  const page = rows.slice(0, limit);
  return answerFound({ rows: page, next: rows.length > limit ? page.at(-1)!.id : null }, write);
}

/** A page that ends at the id `next`; null at the end of the list. */
export function answerFound<Row>(
  { rows, next }: { rows: Row[]; next: string | null },
  write: (row: Row) => unknown,
): Response {
  return answerJson({ data: rows.map(write), next_cursor: next === null ? null : writeCursor(next) });
}
