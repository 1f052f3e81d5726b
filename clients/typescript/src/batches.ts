import { newKey } from './runtime.ts';
import type { EventInput } from './types.ts';

/** The API's limit for events in a batch. */
const MOST_EVENTS = 1_000;
/** Half of the API's limit, in bytes. */
const MOST_BYTES = 8 * 1024 * 1024;

/** The items of each batch as JSON. Those without an idempotency key get a random one. */
export async function* splitBatches(
  events: Iterable<EventInput> | AsyncIterable<EventInput>,
): AsyncGenerator<string[]> {
  const encoder = new TextEncoder();
  let items: string[] = [];
  let bytes = 0;
  for await (const { event, data, timestamp, idempotencyKey = newKey() } of events) {
    const item = JSON.stringify({ event, data, timestamp, idempotency_key: idempotencyKey });
    const size = encoder.encode(item).length;
    if (items.length > 0 && (items.length === MOST_EVENTS || bytes + size > MOST_BYTES)) {
      yield items;
      [items, bytes] = [[], 0];
    }
    items.push(item);
    bytes += size;
  }
  if (items.length > 0) yield items;
}
