export interface Emission {
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  eventType: string;
  /** The exact bytes that every receiver gets. */
  body: string;
  /** `hash` tells whether a repeated key came with the same request. */
  idempotency: { key: string; hash: Buffer } | null;
}

export type EmitResult =
  | {
      kind: 'accepted';
      eventId: string;
      /** Its beginning alone where an earlier request is answered again. */
      body: string;
      deliveries: { id: string; webhookId: string }[];
      /** Whether an earlier request with the same idempotency key is answered again. */
      replayed: boolean;
    }
  /** The idempotency key stands for another event. */
  | { kind: 'conflict' }
  /** The idempotency key was used before, and what for could not be read. Nothing new is stored. */
  | { kind: 'not_recalled'; error: unknown };
