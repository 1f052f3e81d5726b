import type { TraceContext } from '../../core/tracing/tracing.ts';

export interface Emission {
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  eventType: string;
  /** The exact bytes that every receiver gets. */
  body: string;
  /** By which the event is found (`q` of the lists). */
  values: readonly string[];
  /** `hash` identifies the request, to detect a key that is used for another one. */
  idempotency: { key: string; hash: Buffer } | null;
  /** The span that accepts it; null: it is not traced. */
  trace: TraceContext | null;
}

export type EmitResult =
  | {
      kind: 'accepted';
      eventId: string;
      /** Only its beginning for a replayed request. */
      body: string;
      deliveries: { id: string; webhookId: string }[];
      /** Whether this repeats the response to an earlier request with the same idempotency key. */
      replayed: boolean;
    }
  /** The idempotency key was used for another event. */
  | { kind: 'conflict' }
  /** The idempotency key was used before, but the first response could not be read. Nothing new is stored. */
  | { kind: 'not_recalled'; error: unknown };
