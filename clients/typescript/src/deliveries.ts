import type { OwnerApi } from './api.ts';
import type { Pages } from './pages.ts';
import type { Answer, Body } from './operations.ts';
import type { Delivery, DeliveryDetail, DeliveryQuery, RequestOptions } from './types.ts';

/** `retry` and `cancel` are not repeated if they are not answered. */
export class Deliveries<Type extends string> {
  private readonly api: OwnerApi;

  constructor(api: OwnerApi) {
    this.api = api;
  }

  /** Newest first. */
  list(query?: DeliveryQuery<Type>, options?: RequestOptions): Pages<Delivery> {
    return this.api.list('listDeliveries', query, options);
  }

  /** With its payload, every attempt and the next one. */
  get(id: string, options?: RequestOptions): Promise<DeliveryDetail> {
    return this.api.call('getDelivery', { id }, options);
  }

  /** The request that an attempt would make now, with valid signatures. The key needs `webhooks:write` as well. */
  request(id: string, options?: RequestOptions): Promise<Answer<'getDeliveryRequest'>> {
    return this.api.call('getDeliveryRequest', { id }, options);
  }

  /** Sends it now. One that was delivered is refused with 409 unless `force` is true. */
  retry(id: string, input?: Body<'retryDelivery'>, options?: RequestOptions): Promise<Answer<'retryDelivery'>> {
    return this.api.call('retryDelivery', { id, body: input }, options);
  }

  /** One that has ended is refused with 409. */
  cancel(id: string, options?: RequestOptions): Promise<Answer<'cancelDelivery'>> {
    return this.api.call('cancelDelivery', { id }, options);
  }
}
