import type { OwnerApi } from './api.ts';
import { Deliveries } from './deliveries.ts';
import { Events } from './events.ts';
import type { Pages } from './pages.ts';
import { Recoveries } from './recoveries.ts';
import type { Retries } from './retries.ts';
import type { EventMap, EventTypeInfo, PortalLink, PortalLinkInput, RequestOptions, TypeOf } from './types.ts';
import { Webhooks } from './webhooks.ts';

/** What belongs to a platform or to one of its organizations. */
export class Owner<Types extends EventMap> {
  readonly webhooks: Webhooks<TypeOf<Types>>;
  readonly deliveries: Deliveries<TypeOf<Types>>;
  readonly recoveries: Recoveries<TypeOf<Types>>;
  readonly eventTypes: {
    /** Each with a JSON Schema and an example of its data. The schema documents; it refuses nothing. */
    list(options?: RequestOptions): Pages<EventTypeInfo>;
  };
  readonly portalLinks: {
    /**
     * A URL that opens a dashboard of these webhooks and deliveries alone, once. Needs the scope `admin`. A request that is not answered
     * is not repeated.
     */
    create(input?: PortalLinkInput, options?: RequestOptions): Promise<PortalLink>;
  };

  constructor(api: OwnerApi) {
    this.webhooks = new Webhooks(api);
    this.deliveries = new Deliveries(api);
    this.recoveries = new Recoveries(api);
    this.eventTypes = { list: (options) => api.list('listEventTypes', {}, options) };
    this.portalLinks = { create: (input, options) => api.call('createPortalLink', { body: input }, options) };
  }
}

/** An owner whose events come from clients. */
export class EmittingOwner<Types extends EventMap> extends Owner<Types> {
  readonly events: Events<Types>;

  constructor(api: OwnerApi, retries: Retries) {
    super(api);
    this.events = new Events(api, retries);
  }
}
