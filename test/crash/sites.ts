import { ONE_ATTEMPT } from '../failures.ts';
import { pause } from '../load.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import type { System } from '../system.ts';

/** A request that arrived. */
interface Visit {
  at: number;
  site: string;
  ok: boolean;
}

/** A kind of event, with the sites that have a webhook for it. */
export interface Kind {
  base: string;
  event: string;
  sites: string[];
}

const ORGANIZATIONS = '/api/coordinator/organizations';

/** Organizations with three webhooks each, one of them subscribed to the emitted events. */
const MANY = 300;
const organizationOf = (index: number) => `${ORGANIZATIONS}/of-many-${index % MANY}`;

/** The emitted events, in turn: two platforms, two organizations, two webhooks for one event type. */
const KINDS: Kind[] = [
  { base: '/api/urpa', event: 'activity.created', sites: ['prompt', 'slow'] },
  { base: '/api/urpa', event: 'contact.created', sites: ['prompt'] },
  { base: '/api/urpa', event: 'activity.created', sites: ['prompt', 'slow'] },
  { base: `${ORGANIZATIONS}/acme`, event: 'contact.created', sites: ['acme'] },
  { base: '/api/urpa', event: 'activity.created', sites: ['prompt', 'slow'] },
  { base: '/api/urpa', event: 'contact.created', sites: ['prompt'] },
  { base: '/api/urpa', event: 'activity.created', sites: ['prompt', 'slow'] },
  { base: `${ORGANIZATIONS}/birch`, event: 'contact.created', sites: ['birch'] },
];

/** The number of webhooks of one event whose host names DNS does not resolve. */
const DEAD_NAMES = 40;
const DEAD_EVERY = 200;
export const DEAD = 'dead';

/** Every third event belongs to one of many organizations. Some go to host names that DNS does not answer for. */
export function kindOf(index: number): Kind {
  if (index % DEAD_EVERY === 1) return { base: `${ORGANIZATIONS}/${DEAD}`, event: 'contact.created', sites: [] };
  if (index % 3 !== 2) return KINDS[index % KINDS.length]!;
  return { base: organizationOf(index * 7), event: 'contact.created', sites: ['many'] };
}

const WEBHOOKS = [
  { site: 'prompt', path: '/api/urpa/integrations/webhooks', events: ['activity.created', 'contact.created'] },
  { site: 'slow', path: '/api/urpa/integrations/webhooks', events: ['activity.created'] },
  { site: 'acme', path: `${ORGANIZATIONS}/acme/webhooks`, events: ['contact.created'] },
  { site: 'birch', path: `${ORGANIZATIONS}/birch/webhooks`, events: ['contact.created'] },
];

/** Every nth delivery to the failing site first gets a 500. */
const FAILS_EVERY = 40;
const SLOWEST_MS = 80;

/** The receivers, one for each webhook and one for those of many organizations. They record every arrival. */
export class Sites {
  /** Arrivals by delivery. */
  readonly visits = new Map<string, Visit[]>();
  private readonly siteOfWebhook = new Map<string, string>();
  private readonly receivers: Receiver[] = [];

  static async open(system: System): Promise<Sites> {
    const sites = new Sites();
    for (const { site, path, events } of WEBHOOKS) {
      const receiver = await startReceiver();
      sites.receivers.push(receiver);
      sites.watch(receiver, site);
      const { status, body } = await system.call('POST', path, { url: receiver.url, events });
      if (status !== 201) throw new Error(JSON.stringify(body));
      sites.siteOfWebhook.set(body.id, site);
    }
    await sites.openMany(system);
    await sites.openDead(system);
    return sites;
  }

  private async openMany(system: System): Promise<void> {
    const receiver = await startReceiver();
    this.receivers.push(receiver);
    this.watch(receiver, 'many');
    for (let index = 0; index < MANY; index++) {
      const answers = ['contact.created', 'contact.updated', 'appointment.created'].map((event) =>
        system.call('POST', `${organizationOf(index)}/webhooks`, { url: receiver.url, events: [event] }),
      );
      for (const { body } of await Promise.all(answers)) this.siteOfWebhook.set(body.id, 'many');
    }
  }

  /** These webhooks have one attempt, which lasts as long as the DNS timeout. */
  private async openDead(system: System): Promise<void> {
    for (let index = 0; index < DEAD_NAMES; index++) {
      const url = `http://name-${index}.dead.test/`;
      const fields = { url, events: ['contact.created'], ...ONE_ATTEMPT };
      const { status, body } = await system.call('POST', `${ORGANIZATIONS}/${DEAD}/webhooks`, fields);
      if (status !== 201) throw new Error(JSON.stringify(body));
      this.siteOfWebhook.set(body.id, DEAD);
    }
  }

  siteOf(webhookId: string): string | undefined {
    return this.siteOfWebhook.get(webhookId);
  }

  async close(): Promise<void> {
    await Promise.all(this.receivers.map((receiver) => receiver.close()));
  }

  private watch(receiver: Receiver, site: string): void {
    let seen = 0;
    receiver.answer(({ at, headers }, response) => {
      receiver.arrivals.length = 0;
      const id = String(headers['webhook-id']);
      const before = this.visits.get(id) ?? [];
      const ok = !(site === 'prompt' && ++seen % FAILS_EVERY === 0 && before.length === 0);
      this.visits.set(id, [...before, { at, site, ok }]);
      const answer = () => response.writeHead(ok ? 200 : 500).end();
      if (site === 'slow') void pause((seen++ * 7) % SLOWEST_MS).then(answer);
      else answer();
    });
  }
}
