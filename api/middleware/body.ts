import { isUtf8 } from 'node:buffer';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { ByteBudget } from '../../core/byte-budget.ts';
import { AppError, invalidRequest } from '../../core/contracts/errors.ts';
import { describeIssues } from '../../core/contracts/issues.ts';
import { OverloadedError } from '../../core/batcher.ts';
import { parseExact } from '../../core/domain/exact-json.ts';
import { encodePhpJson, JsonSyntaxError } from '../../delivery/body/encode.ts';
import { splitObject } from '../../delivery/body/split.ts';
import { withoutPortal } from '../paths.ts';

const FORM = /^\s*(application\/x-www-form-urlencoded|multipart\/)/i;

/**
 * Reads a body of at most `limit` bytes as text, and reserves its size in the budget until `use` has ended.
 * @throws OverloadedError if the budget is exhausted, before reading if the length is known; AppError as `readText`
 */
export async function withText<Result>(
  c: Context,
  limit: number,
  budget: ByteBudget,
  use: (text: string) => Promise<Result>,
): Promise<Result> {
  let held = 0;
  const hold = (size: number) => {
    if (!budget.take(size, held)) throw new OverloadedError('the requests in hand have as many bytes as may be held');
    held = size;
  };
  try {
    return await use(await readText(c, limit, hold));
  } finally {
    budget.free(held);
  }
}

/**
 * Reads a body of at most `limit` bytes as text. Calls `onSize` with each size before that much is held in memory. Accepts any content
 * type except forms.
 * @throws AppError payload_too_large, unsupported_media_type, malformed_json (not UTF-8)
 */
async function readText(c: Context, limit: number, onSize: (size: number) => void = () => undefined): Promise<string> {
  const type = c.req.header('content-type');
  if (type !== undefined && FORM.test(type)) {
    throw new AppError(
      'unsupported_media_type',
      'the body is sent as a form; send JSON with the header "Content-Type: application/json"',
    );
  }
  const encoding = c.req.header('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new AppError(
      'unsupported_media_type',
      `the body is compressed (Content-Encoding: ${encoding}); send it uncompressed, without this header`,
    );
  }
  const length = c.req.header('content-length');
  if (Number(length) > limit) throw tooLarge(limit);
  if (length !== undefined) onSize(Number(length));
  const bytes =
    length === undefined ? await readStream(c.req.raw.body, limit, onSize) : Buffer.from(await c.req.arrayBuffer());
  if (!isUtf8(bytes)) throw new AppError('malformed_json', 'the body is not UTF-8');
  return bytes.toString('utf8');
}

async function readStream(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  onSize: (size: number) => void,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    onSize(size);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number): AppError {
  return new AppError('payload_too_large', `the body has more than ${limit} bytes`);
}

/** Encodes a JSON text as PHP would. @throws AppError malformed_json, with the position */
export function encodeBody(text: string): string {
  if (text.trim() === '') throw new AppError('malformed_json', 'the body is empty; send a JSON object');
  try {
    return encodePhpJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const errors = [{ path: '', message: error.message }];
    throw new AppError('malformed_json', `the body is not valid JSON: ${error.message}`, { errors });
  }
}

/** The maximum size of all bodies except those of events. */
const LIMIT = 256 * 1024;

/** The errors of `readJson`. */
export const BODY_ERRORS = [
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'invalid_request',
] as const;

interface Reading {
  /** An empty body counts as `{}`. */
  emptyAllowed?: boolean;
  /** A member whose numbers are read as payloads have them, as `ExactNumber`. */
  exact?: string;
}

/** Reads and validates the body. @throws AppError */
export async function readJson<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
  { emptyAllowed = false, exact }: Reading = {},
): Promise<z.output<Schema>> {
  const text = await readText(c, LIMIT);
  if (emptyAllowed && text.trim() === '') return check(schema, {});
  const encoded = encodeBody(text);
  const json = JSON.parse(text) as Record<string, unknown>;
  const member = exact === undefined ? undefined : splitObject(encoded)?.get(exact);
  return check(schema, member === undefined ? json : { ...json, [exact!]: parseExact(member) });
}

/** The dashboard keeps empty filters in the query. */
const EMPTY_ALLOWED = '/api/dashboard/';

/**
 * Validates the query parameters. The schema decides whether empty ones are allowed; the dashboard's empty ones are ignored.
 * @throws AppError invalid_request
 */
export function readQuery<Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> {
  const query = c.req.query();
  if (withoutPortal(c.req.path).startsWith(EMPTY_ALLOWED)) {
    return check(schema, Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '')));
  }
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const errors = describeIssues(parsed.error);
  throw invalidRequest(
    errors.map((error) =>
      query[error.path] === '' ? { ...error, message: 'must not be empty; give it a value or leave it out' } : error,
    ),
  );
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidRequest(describeIssues(parsed.error));
  return parsed.data;
}
