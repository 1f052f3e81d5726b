import type { Body, Query, Schemas } from './operations.ts';

export type Webhook = Schemas['Webhook'];
/** The only answer that contains the secret. */
export type NewWebhook = Schemas['NewWebhook'];
export type WebhookTest = Schemas['WebhookTestAnswer'];
export type EventTypeInfo = Schemas['EventTypeList']['data'][number];
/** An event that Posthorn has stored. It will be delivered. */
export type AcceptedEvent = Schemas['AcceptedEvent'];
export type Delivery = Schemas['Delivery'];
export type DeliveryDetail = Schemas['DeliveryDetail'];
export type DeliveryStatus = Schemas['DeliveryStatus'];
export type Attempt = Schemas['Attempt'];
export type Recovery = Schemas['Recovery'];
export type RecoveryCount = Schemas['RecoveryCount'];
export type PortalLink = Schemas['PortalLink'];
export type ApiKey = Schemas['ApiKey'];
/** The only answer that contains the key itself. */
export type NewApiKey = Schemas['NewApiKey'];
export type Scope = Schemas['Scope'];

/** The data of the event types of each platform. */
export type PlatformEvents = Schemas['Events'];
export type PlatformId = keyof PlatformEvents;
/** Maps event types to their data. */
export type EventMap = object;
export type TypeOf<Events extends EventMap> = keyof Events & string;

export interface EventOptions {
  /** 1 to 255 visible ASCII characters; default: a random one. The same key with the same event is accepted once, for at least 24 hours. */
  idempotencyKey?: string | undefined;
  /** When it happened; a string has a time zone. Default: when Posthorn accepts it. */
  timestamp?: string | Date | undefined;
}

/** An event of a batch. */
export interface EventInput<Type extends string = string> extends EventOptions {
  event: Type;
  data: object;
}

export type BatchResult = Schemas['BatchAnswer']['results'][number];
/**
 * An event of a batch that was not accepted, although others were. `idempotency_conflict`: the key stands for another event.
 * `unavailable`: it may have been accepted before; emit it again with the same key.
 */
export type RejectedEvent = Exclude<BatchResult, AcceptedEvent>;

export type WebhookInput<Type extends string = string> = Omit<Body<'registerWebhook'>, 'events'> & {
  events: readonly Type[];
};
export type WebhookUpdate<Type extends string = string> = Omit<Body<'updateWebhook'>, 'events'> & {
  events?: readonly Type[];
};
export type SecretRotation = Body<'rotateSecret'>;
export type RecoveryFilter<Type extends string = string> = Omit<
  Body<'startRecovery'>['filter'],
  'event' | 'status' | 'since' | 'until'
> & {
  event?: Type;
  /** Default: failed. */
  status?: readonly ('failed' | 'cancelled' | 'retrying')[];
  /** Created at this time or later. */
  since?: string | Date;
  /** Created before this time. */
  until?: string | Date;
};
export type PageQuery = Query<'listWebhooks'>;
export type DeliveryQuery<Type extends string = string> = Omit<
  Query<'listDeliveries'>,
  'event' | 'status' | 'since' | 'until'
> & {
  event?: Type;
  status?: DeliveryStatus | readonly DeliveryStatus[];
  /** Created at this time or later. */
  since?: string | Date;
  /** Created before this time. */
  until?: string | Date;
};
export type PortalLinkInput = Body<'createPortalLink'>;
export type ApiKeyInput = Body<'createKey'>;

/** Of one request. */
export interface RequestOptions {
  /** Ends the request and its repetitions. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for one try; default: that of the client. */
  timeoutMs?: number | undefined;
  /** Called with the headers of a successful answer. */
  onHeaders?: ((headers: Headers) => void) | undefined;
}
