import type { OwnerApi } from './api.ts';
import type { Pages } from './pages.ts';
import type {
  NewWebhook,
  PageQuery,
  RequestOptions,
  SecretRotation,
  Webhook,
  WebhookInput,
  WebhookTest,
  WebhookUpdate,
} from './types.ts';

/** `create`, `test` and `rotateSecret` are not repeated if they are not answered. */
export class Webhooks<Type extends string> {
  private readonly api: OwnerApi;

  constructor(api: OwnerApi) {
    this.api = api;
  }

  /** Only this answer contains the secret: store it. */
  create(input: WebhookInput<Type>, options?: RequestOptions): Promise<NewWebhook> {
    return this.api.call('registerWebhook', { body: input }, options);
  }

  list(query?: PageQuery, options?: RequestOptions): Pages<Webhook> {
    return this.api.list('listWebhooks', query, options);
  }

  get(id: string, options?: RequestOptions): Promise<Webhook> {
    return this.api.call('getWebhook', { id }, options);
  }

  /** Changes the given fields. `active: false` turns it off and cancels what is still to be sent; `pause` loses nothing. */
  update(id: string, changes: WebhookUpdate<Type>, options?: RequestOptions): Promise<Webhook> {
    return this.api.call('updateWebhook', { id, body: changes }, options);
  }

  /** Its history stays readable; what is still to be sent is cancelled. */
  delete(id: string, options?: RequestOptions): Promise<void> {
    return this.api.call('deleteWebhook', { id }, options);
  }

  /** Its deliveries are held until it is resumed. */
  pause(id: string, options?: RequestOptions): Promise<Webhook> {
    return this.api.call('pauseWebhook', { id }, options);
  }

  /** Sends what was held, oldest first. */
  resume(id: string, options?: RequestOptions): Promise<Webhook> {
    return this.api.call('resumeWebhook', { id }, options);
  }

  /** Sends it an event with the type's example as data. Default: its first event type. */
  test(id: string, input?: { event?: Type }, options?: RequestOptions): Promise<WebhookTest> {
    return this.api.call('testWebhook', { id, body: input }, options);
  }

  /** Only this answer contains the new secret. The one before stays valid for `overlap` seconds; default: a day. */
  rotateSecret(id: string, input?: SecretRotation, options?: RequestOptions): Promise<NewWebhook> {
    return this.api.call('rotateSecret', { id, body: input }, options);
  }

  /** From now on, only the new secret is valid. */
  endRotation(id: string, options?: RequestOptions): Promise<Webhook> {
    return this.api.call('endSecretRotation', { id }, options);
  }
}
