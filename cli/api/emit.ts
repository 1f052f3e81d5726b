import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcceptedEvent, BatchResult } from '../../clients/typescript/src/types.ts';
import type { Api } from './api.ts';

/** An event as JSON text, so that every digit is sent as it was given. */
export interface EventText {
  event: string;
  data: string;
  timestamp?: string | undefined;
}

const TRIES = 5;
const PAUSE_MS = 500;

/** Emits one event. It is accepted once, however often the request has to be repeated. */
export async function emitEvent(
  api: Api,
  base: string,
  event: EventText,
  key: string = randomUUID(),
): Promise<AcceptedEvent> {
  const body = writeEvent(event);
  const options = { body, headers: { 'Idempotency-Key': key }, repeatable: true };
  return (await api.client.call('POST', `${base}/events`, options)) as AcceptedEvent;
}

/** Emits events in one request; `texts` are JSON objects with an idempotency key. */
export async function emitTexts(api: Api, base: string, texts: string[], signal: AbortSignal): Promise<BatchResult[]> {
  const results = new Array<BatchResult>(texts.length);
  let open = [...texts.keys()];
  for (let tries = 1; ; tries++) {
    const body = `{"events":[${open.map((index) => texts[index]).join(',')}]}`;
    const answer = await api.client.call('POST', `${base}/events/batch`, { body, repeatable: true, signal });
    for (const [position, result] of (answer as { results: BatchResult[] }).results.entries())
      results[open[position]!] = result;
    open = open.filter((index) => isUnavailable(results[index]!));
    if (open.length === 0 || tries === TRIES) return results;
    await sleep(PAUSE_MS * tries, undefined, { signal });
  }
}

/** It may have been accepted before, and its answer cannot be read right now. */
function isUnavailable(result: BatchResult): boolean {
  return 'error' in result && result.error.code === 'unavailable';
}

export function writeEvent({ event, data, timestamp }: EventText): string {
  const time = timestamp === undefined ? '' : `,"timestamp":${JSON.stringify(timestamp)}`;
  return `{"event":${JSON.stringify(event)},"data":${data}${time}}`;
}
