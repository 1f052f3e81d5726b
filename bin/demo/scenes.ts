import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, EmittingOwner, Posthorn } from '../../clients/typescript/src/index.ts';
import { platforms } from '../../core/platforms/index.ts';
import { printLine, printStep } from './print.ts';
import type { DemoReceiver, Endpoint } from './receiver.ts';

const { urpa, '4calls': fourcalls } = platforms;

/** A platform, or one organization of it, as the demo uses it. */
interface Scene {
  label: string;
  ownerIn(posthorn: Posthorn): EmittingOwner<Record<string, object>>;
  eventTypes: readonly { type: string; example: Record<string, unknown> }[];
}

const organization = (orgId: string): Scene => ({
  label: `4Calls, ${orgId}`,
  ownerIn: (posthorn) => posthorn.owner('4calls', orgId),
  eventTypes: fourcalls.eventTypes,
});
const URPA: Scene = {
  label: 'URPA',
  ownerIn: (posthorn) => posthorn.owner('urpa'),
  eventTypes: urpa.eventTypes,
};
const ALPHA = organization('demo-alpha');
const BETA = organization('demo-beta');

const STEADY: Endpoint = { path: '/urpa', headerPrefix: urpa.headerPrefix };
/** Refuses these two at first. The demo retries one of them manually; the schedule retries the other. */
const UNSTEADY: Endpoint = {
  path: '/urpa/unsteady',
  headerPrefix: urpa.headerPrefix,
  refuses: { 'contact.created': 2, 'contact.updated': 1 },
};
const ALPHA_PATH: Endpoint = { path: '/alpha', headerPrefix: fourcalls.headerPrefix };
const BETA_PATH: Endpoint = { path: '/beta', headerPrefix: fourcalls.headerPrefix };
export const ENDPOINTS = [STEADY, UNSTEADY, ALPHA_PATH, BETA_PATH];

const LONG_WAIT_MS = 30_000;

export interface Demo {
  posthorn: Posthorn;
  receiver: DemoReceiver;
  /** Deletes a webhook each. */
  undo: (() => Promise<void>)[];
}

/** The demo's own webhooks by id. Other webhooks may get its events, too. */
export interface Registered {
  /** Webhooks that accept everything at once. */
  steady: ReadonlySet<string>;
  unsteady: string;
}

/** Registers a webhook for each endpoint. */
export async function registerAll(demo: Demo): Promise<Registered> {
  printStep('Webhooks: two of URPA, one for each of two organizations of 4Calls');
  const urpaId = await register(demo, URPA, STEADY);
  const unsteady = await register(demo, URPA, UNSTEADY, Object.keys(UNSTEADY.refuses ?? {}));
  const alphaId = await register(demo, ALPHA, ALPHA_PATH);
  const betaId = await register(demo, BETA, BETA_PATH);
  return { steady: new Set([urpaId, alphaId, betaId]), unsteady };
}

async function register(demo: Demo, scene: Scene, endpoint: Endpoint, events?: string[]): Promise<string> {
  const { posthorn, receiver, undo } = demo;
  const { webhooks } = scene.ownerIn(posthorn);
  const wanted = events ?? scene.eventTypes.map(({ type }) => type);
  const url = receiver.urlOf(endpoint);
  const webhook = await webhooks.create({ url, events: wanted, description: 'npm run demo' });
  undo.push(() => webhooks.delete(webhook.id));
  receiver.setSecret(endpoint, webhook.secret);
  printLine(`${scene.label.padEnd(19)} ${url.padEnd(39)} ${events?.join(', ') ?? 'all its event types'}`);
  return webhook.id;
}

/** Emits one event of each type. Returns the deliveries to the unsteady webhook by event type. */
export async function emitAll(demo: Demo, { steady, unsteady }: Registered): Promise<Map<string, string>> {
  const shaky = new Map<string, string>();
  let expected = demo.receiver.taken();
  for (const scene of [URPA, ALPHA, BETA]) {
    printStep(`Events of ${scene.label}`);
    const { events } = scene.ownerIn(demo.posthorn);
    for (const { type, example } of scene.eventTypes) {
      for (const { id, webhook_id } of (await events.emit(type, example)).deliveries) {
        if (webhook_id === unsteady) shaky.set(type, id);
        else if (steady.has(webhook_id)) expected++;
      }
    }
    for (const until = Date.now() + 10_000; demo.receiver.taken() < expected && Date.now() < until;) await sleep(50);
    await sleep(200);
  }
  return shaky;
}

/** Retries a delivery in backoff manually until it is delivered. */
export async function retryByHand({ posthorn }: Demo, deliveryId: string): Promise<void> {
  printStep('One receiver was not ready: "retry" sends again now, and the rest of the schedule stays');
  for (let attempts = 1; ; attempts++) {
    const delivery = await untilAttempted(posthorn, deliveryId, attempts);
    printLine(describe(delivery));
    if (delivery.status !== 'retrying') return;
    printLine(`POST ${urpa.apiBase}/webhooks/events/${deliveryId}/retry`);
    await posthorn.urpa.deliveries.retry(deliveryId);
  }
}

/** Waits for the automatic retry. */
export async function awaitSchedule({ posthorn }: Demo, deliveryId: string): Promise<void> {
  printStep('The other one waits for its retry; Ctrl-C ends the demo now');
  const delivery = await untilAttempted(posthorn, deliveryId, 1);
  printLine(describe(delivery));
  if (Date.parse(delivery.next_attempt_at ?? '') > Date.now() + LONG_WAIT_MS) {
    printLine('"POSTHORN_RETRY_UNIT=2s npm start" would make that wait four seconds.');
  }
  printLine(describe(await untilAttempted(posthorn, deliveryId, 2)));
}

async function untilAttempted({ urpa }: Posthorn, deliveryId: string, attempts: number): Promise<Delivery> {
  for (;;) {
    const delivery = await urpa.deliveries.get(deliveryId);
    if (delivery.attempts >= attempts) return delivery;
    await sleep(300);
  }
}

function describe({ status, attempts, max_attempts, next_attempt_at }: Delivery): string {
  const next = next_attempt_at === null ? '' : `, next at ${new Date(next_attempt_at).toLocaleTimeString()}`;
  return `Its history says: ${status} after attempt ${attempts} of ${max_attempts}${next}.`;
}
