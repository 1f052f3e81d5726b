import { indentJson } from '../../lib/json/indent-json.ts';
import { quoteShell } from '../../lib/quote-shell.ts';

export interface Request {
  event: string;
  /** JSON. */
  data: string;
  /** Empty: the API uses the time of arrival. */
  timestamp: string;
}

/** The request body that emits an event, one line per member. */
export function writeBody({ event, data, timestamp }: Request): string {
  const members = [
    `"event":${JSON.stringify(event)}`,
    ...(timestamp === '' ? [] : [`"timestamp":${JSON.stringify(timestamp)}`]),
    `"data":${data}`,
  ];
  return indentJson(`{${members.join(',')}}`);
}

/** A command that sends exactly this request. It reads the key from the variable POSTHORN_KEY. */
export function writeCurl(url: string, body: string, idempotencyKey: string): string {
  return [
    `curl -sS -i -X POST ${quoteShell(url)} \\`,
    `  -H "Authorization: Bearer $POSTHORN_KEY" \\`,
    `  -H 'Content-Type: application/json' \\`,
    ...(idempotencyKey === '' ? [] : [`  -H ${quoteShell(`Idempotency-Key: ${idempotencyKey}`)} \\`]),
    `  --data-binary ${quoteShell(body)}`,
  ].join('\n');
}
