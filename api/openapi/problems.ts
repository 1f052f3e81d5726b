import type { RouteConfig } from '@hono/zod-openapi';
import { ERRORS, Problem, type ErrorCode } from '../../core/contracts/errors.ts';

/** An example message of each error. */
const DETAILS: Record<ErrorCode, string> = {
  malformed_json: 'the body is not valid JSON: expected "," or "}", but the text ends at position 17',
  unauthorized: 'send your key in the header "Authorization: Bearer <key>"',
  forbidden: 'this key lacks the scope webhooks:write; it has webhooks:read',
  not_found: 'there is no webhook with this id',
  method_not_allowed: 'PATCH is not possible here; GET, HEAD is',
  already_delivered: 'it was delivered already; send {"force": true} to send it again',
  already_ended: 'it has ended already: there is nothing to cancel',
  attempt_in_flight: 'an attempt is being made right now; ask again when it has ended',
  waits_in_line: 'an earlier delivery with the same ordering key has not ended (waits_for): retry or cancel that one',
  webhook_paused: 'its webhook is paused: resume it, and everything that is held goes out',
  webhook_inactive: 'its webhook is turned off: turn it on first',
  webhook_deleted: 'its webhook was deleted: there is nowhere to send it',
  too_many_webhooks: 'there are 10 webhooks already, and there may be no more; delete one first',
  recovery_ended: 'it is completed: start another one for what has failed since',
  rotation_in_progress:
    'its secret was rotated before, and both secrets are valid until 2026-01-23T10:30:00.000Z: end that rotation first, or send {"force": true}, which drops the oldest secret at once',
  idempotency_conflict: 'this Idempotency-Key was used for another event; take a new key for a new event',
  payload_too_large: 'the body has more than 1048576 bytes',
  unsupported_media_type: 'the body is sent as a form; send JSON with the header "Content-Type: application/json"',
  invalid_request: 'events[0]: unknown event type "contact.creatd"; valid are contact.created, contact.updated',
  internal_error:
    'internal error; the log of Posthorn has the reason, with the request 01a22b47-1f37-7441-90cc-2c3451c0294e',
  overloaded: 'too many requests are waiting; nothing was stored, try again',
  unavailable: 'the database does not answer at the moment; try again',
};

const text = (description: string) => ({ description, required: true, schema: { type: 'string' as const } });

const HEADERS: Record<number, Record<string, ReturnType<typeof text>>> = {
  401: { 'WWW-Authenticate': text('how to send the key') },
  405: { Allow: text('the methods that are possible') },
  503: { 'Retry-After': text('seconds to wait') },
};

/** The responses for these errors, grouped by status. */
export function describeProblems(codes: readonly ErrorCode[]): RouteConfig['responses'] {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => {
      const examples = Object.fromEntries(ofStatus.map((code) => [code, { value: exampleOf(code) }]));
      const headers = HEADERS[status];
      return [
        status,
        {
          description: ofStatus.map((code) => ERRORS[code].title).join(', or: '),
          ...(headers && { headers }),
          content: { 'application/problem+json': { schema: Problem, examples } },
        },
      ];
    }),
  );
}

function exampleOf(code: ErrorCode): Problem {
  const { status, title } = ERRORS[code];
  const [path, ...words] = DETAILS[code].split(': ');
  const errors = code === 'invalid_request' ? { errors: [{ path: path!, message: words.join(': ') }] } : {};
  return { type: `urn:posthorn:problem:${code}`, title, status, detail: DETAILS[code], code, ...errors };
}
