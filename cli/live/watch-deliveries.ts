import { ApiError } from '../../clients/typescript/src/errors.ts';
import { isPassing, type Api, type Query } from '../api/api.ts';
import type { Delivery, DeliveryDetail } from '../api/model.ts';
import { followChanges } from './changes.ts';
import { KnownDeliveries } from './known-deliveries.ts';

export interface WatchOptions {
  /** Which deliveries; as the list of deliveries takes it, without times. */
  filter: Query;
  /** Also those accepted since this time (ISO 8601); default: only what is accepted or changes from now on. */
  since?: string | undefined;
  signal: AbortSignal;
  onState: (lost: string | null) => void;
  /** Called when it sees everything from now on. */
  onReady: () => void;
}

export interface Sighting {
  delivery: Delivery;
  /** It was accepted since the beginning, and is seen for the first time. */
  isNew: boolean;
}

const PATH = '/api/dashboard/deliveries';
/** The clocks of the API's processes may differ, and commits may overtake each other, by so much. */
const OVERLAP_MS = 10_000;
/** Pages of the list that are read for deliveries that a message names. */
const MOST_PAGES = 5;
/** Deliveries that are looked up one by one for a message. */
const MOST_LOOKED_UP = 20;

/**
 * Yields each delivery that is new or has changed, with its state then; states that it went through in between may be left out. The live
 * stream says when to look, and the list of deliveries what there is, so nothing new is missed while the connection is lost.
 */
export async function* watchDeliveries(api: Api, options: WatchOptions): AsyncGenerator<Sighting> {
  const { filter, signal, onState, onReady } = options;
  let watch: Watch | undefined;
  for await (const { deliveries } of followChanges(api, signal, onState)) {
    try {
      if (!watch) {
        watch = await Watch.begin(api, filter, options.since);
        onReady();
      }
      yield* await watch.look(deliveries);
    } catch (error) {
      // The stream breaks too, and the next connection begins with another look.
      if (!watch || !isPassing(error)) throw error;
    }
  }
}

class Watch {
  private readonly api: Api;
  private readonly filter: Query;
  private readonly known = new KnownDeliveries();

  private constructor(api: Api, filter: Query) {
    this.api = api;
    this.filter = filter;
  }

  static async begin(api: Api, filter: Query, since: string | undefined): Promise<Watch> {
    if (since !== undefined) return new Watch(api, { ...filter, since });
    // Whatever its status: a delivery that gets the wanted one later is new then.
    const everything = { ...filter, status: undefined };
    const newest = await api.get<{ data: Delivery[] }>(PATH, { ...everything, limit: 1 });
    if (!newest.data[0]) return new Watch(api, filter);
    const from = new Date(Date.parse(newest.data[0].created_at) - OVERLAP_MS).toISOString();
    const watch = new Watch(api, { ...filter, since: from });
    for await (const page of api.list<Delivery>(PATH, { ...everything, since: from }))
      page.forEach((row) => watch.known.note(row));
    return watch;
  }

  /** What is new or has changed, oldest change first. `named` may have changed. */
  async look(named: readonly string[]): Promise<Sighting[]> {
    const missing = new Set(named);
    const seen: Sighting[] = [];
    let pages = 0;
    for await (const page of this.api.list<Delivery>(PATH, this.filter)) {
      const fresh = page.map((delivery) => ({ delivery, isNew: !this.known.has(delivery.id) }));
      seen.push(...fresh.filter(({ delivery }) => this.known.note(delivery)));
      for (const { id } of page) missing.delete(id);
      pages++;
      if (!fresh.some(({ isNew }) => isNew) && (missing.size === 0 || pages >= MOST_PAGES)) break;
    }
    seen.push(...(await this.lookUp([...missing])).map((delivery) => ({ delivery, isNew: false })));
    this.known.forgetOldest();
    return seen.toSorted((a, b) => Date.parse(a.delivery.updated_at) - Date.parse(b.delivery.updated_at));
  }

  /** Those that are older than the list, or do not match the filter. */
  private async lookUp(ids: string[]): Promise<Delivery[]> {
    const wanted = ids.filter((id) => !this.known.isForeign(id)).slice(0, MOST_LOOKED_UP);
    const rows = await Promise.all(wanted.map((id) => this.find(id)));
    return rows.filter((row): row is Delivery => row !== null && this.matches(row) && this.known.note(row));
  }

  private async find(id: string): Promise<Delivery | null> {
    try {
      const detail = await this.api.get<DeliveryDetail>(`${PATH}/${id}`);
      return { ...detail, webhook_url: detail.webhook.url };
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return null;
      throw error;
    }
  }

  /** What never changes about a delivery is remembered if it does not match. */
  private matches(row: Delivery): boolean {
    const { webhook_id, event, status, platform, org_id, q } = this.filter;
    const isOurs =
      (webhook_id ?? row.webhook_id) === row.webhook_id &&
      (event ?? row.event) === row.event &&
      (platform ?? row.platform) === row.platform &&
      (org_id ?? row.org_id) === row.org_id &&
      q === undefined;
    if (!isOurs) this.known.noteForeign(row.id);
    return isOurs && (typeof status !== 'string' || status.split(',').includes(row.status));
  }
}
