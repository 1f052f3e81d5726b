import { makeEvents, toBatches, type Numbers } from './events.ts';
import { postAll } from './load.ts';
import type { Owner } from './owner.ts';
import type { Posthorn } from './posthorn.ts';

const EVENTS_A_REQUEST = 500;

/** Emits the events in large batches. */
export async function emitMany(posthorn: Posthorn, owner: Owner, numbers: Numbers): Promise<void> {
  const target = posthorn.targetOf(owner);
  const bodies = toBatches(makeEvents(numbers, owner.eventType), EVENTS_A_REQUEST);
  await postAll({ ...target, path: target.batchPath ?? '' }, bodies, 4);
}

/** Pauses the webhook and emits events, whose deliveries are held. */
export async function hold(posthorn: Posthorn, owner: Owner, webhookId: string, numbers: Numbers): Promise<void> {
  await posthorn.ownerOf(owner).webhooks.pause(webhookId);
  await emitMany(posthorn, owner, numbers);
}

export async function resume(posthorn: Posthorn, owner: Owner, webhookId: string): Promise<void> {
  await posthorn.ownerOf(owner).webhooks.resume(webhookId);
}
