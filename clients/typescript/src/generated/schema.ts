// Generated from the OpenAPI document by bin/client/generate.ts.

export interface components {
  schemas: {
    NewWebhook: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      /**
       * @description its organization, if the platform has organizations
       * @example org-42
       */
      org_id?: string;
      /** @example https://example.com/hooks */
      url: string;
      /**
       * @example [
       *       "contact.created"
       *     ]
       */
      events: string[];
      description: string | null;
      /** @description false: turned off, it gets no new events */
      active: boolean;
      /** @description why it was turned off */
      inactive_reason: string | null;
      /** @description true: its deliveries are held until it is resumed */
      paused: boolean;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      paused_at: string | null;
      /** @description why it was paused */
      paused_reason: string | null;
      retry_policy: components['schemas']['RetryPolicy'];
      limits: components['schemas']['WebhookLimits'];
      /**
       * @description seconds for a whole attempt; null: the installation's `POSTHORN_ATTEMPT_TIMEOUT`
       * @example 30
       */
      timeout: number | null;
      headers: components['schemas']['WebhookHeaders'];
      /** @description null: deliveries go out as soon as possible, side by side */
      ordering: {
        /**
         * @description the path of the value whose deliveries go out one after the other
         * @example data.id
         */
        key: string;
      } | null;
      client_certificate: components['schemas']['ClientCertificate'];
      /**
       * @description a condition on the event's `data`; null: every event of the chosen types. Members are paths such as `contact.country`, each with a value or with operators (`$eq` `$ne` `$in` `$nin` `$gt` `$gte` `$lt` `$lte` `$exists` `$startsWith` `$not`), and `$and` `$or` `$not`
       * @example {
       *       "status": "pending",
       *       "contact.country": {
       *         "$in": [
       *           "DE",
       *           "AT"
       *         ]
       *       }
       *     }
       */
      filter: {
        [key: string]: unknown;
      } | null;
      /** @description until when the secret before is valid too; null: one secret is valid */
      secret_rotation: {
        /**
         * Format: date-time
         * @example 2026-01-22T10:30:00.000Z
         */
        expires_at: string;
      } | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      created_at: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      updated_at: string;
      /**
       * @description signs the deliveries; only this response contains it
       * @example whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
       */
      secret: string;
    };
    RetryPolicy: {
      /**
       * @description attempts in all, the first one included
       * @example 6
       */
      maximum_attempts: number;
      /**
       * @description seconds from the first failure to the second attempt
       * @example 120
       */
      initial_interval: number;
      /**
       * @description factor from each interval to the next; no interval exceeds a day
       * @example 2
       */
      backoff_coefficient: number;
    };
    WebhookLimits: {
      /**
       * @description attempts at once, in each worker process
       * @example 100
       */
      concurrency: number;
      /**
       * @description attempts per second, approximately, over all workers; null: no limit
       * @example 50
       */
      rate: number | null;
    };
    /**
     * @description up to 20 names and values; answers show `[redacted]` for names that look like credentials, and `[redacted]` in a change keeps the stored value
     * @example {
     *       "X-Team": "billing",
     *       "Authorization": "[redacted]"
     *     }
     */
    WebhookHeaders: {
      [key: string]: string;
    };
    /** @description null: none */
    ClientCertificate: {
      /** @description in PEM; those of intermediate authorities follow it */
      certificate: string;
      /** @description in PEM, without a passphrase; answers show `[redacted]`, and `[redacted]` in a change keeps the stored key */
      private_key: string;
    } | null;
    Problem: {
      /**
       * @description the code as a URN
       * @example urn:posthorn:problem:invalid_request
       */
      type: string;
      title: string;
      status: number;
      /** @description what is wrong with this request, and what is right */
      detail: string;
      /** @enum {string} */
      code:
        | 'malformed_json'
        | 'unauthorized'
        | 'forbidden'
        | 'not_found'
        | 'method_not_allowed'
        | 'already_delivered'
        | 'already_ended'
        | 'attempt_in_flight'
        | 'waits_in_line'
        | 'webhook_paused'
        | 'webhook_inactive'
        | 'webhook_deleted'
        | 'too_many_webhooks'
        | 'recovery_ended'
        | 'rotation_in_progress'
        | 'idempotency_conflict'
        | 'payload_too_large'
        | 'unsupported_media_type'
        | 'invalid_request'
        | 'internal_error'
        | 'overloaded'
        | 'unavailable';
      /** @description for invalid input: every problem and its path */
      errors?: {
        /** @example events[0] */
        path: string;
        message: string;
      }[];
      /** @description the path of the request */
      instance?: string;
    };
    WebhookList: {
      data: components['schemas']['Webhook'][];
      /** @description the `cursor` of the next page; null on the last one */
      next_cursor: string | null;
    };
    Webhook: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      /**
       * @description its organization, if the platform has organizations
       * @example org-42
       */
      org_id?: string;
      /** @example https://example.com/hooks */
      url: string;
      /**
       * @example [
       *       "contact.created"
       *     ]
       */
      events: string[];
      description: string | null;
      /** @description false: turned off, it gets no new events */
      active: boolean;
      /** @description why it was turned off */
      inactive_reason: string | null;
      /** @description true: its deliveries are held until it is resumed */
      paused: boolean;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      paused_at: string | null;
      /** @description why it was paused */
      paused_reason: string | null;
      retry_policy: components['schemas']['RetryPolicy'];
      limits: components['schemas']['WebhookLimits'];
      /**
       * @description seconds for a whole attempt; null: the installation's `POSTHORN_ATTEMPT_TIMEOUT`
       * @example 30
       */
      timeout: number | null;
      headers: components['schemas']['WebhookHeaders'];
      /** @description null: deliveries go out as soon as possible, side by side */
      ordering: {
        /**
         * @description the path of the value whose deliveries go out one after the other
         * @example data.id
         */
        key: string;
      } | null;
      client_certificate: components['schemas']['ClientCertificate'];
      /**
       * @description a condition on the event's `data`; null: every event of the chosen types. Members are paths such as `contact.country`, each with a value or with operators (`$eq` `$ne` `$in` `$nin` `$gt` `$gte` `$lt` `$lte` `$exists` `$startsWith` `$not`), and `$and` `$or` `$not`
       * @example {
       *       "status": "pending",
       *       "contact.country": {
       *         "$in": [
       *           "DE",
       *           "AT"
       *         ]
       *       }
       *     }
       */
      filter: {
        [key: string]: unknown;
      } | null;
      /** @description until when the secret before is valid too; null: one secret is valid */
      secret_rotation: {
        /**
         * Format: date-time
         * @example 2026-01-22T10:30:00.000Z
         */
        expires_at: string;
      } | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      created_at: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      updated_at: string;
    };
    AcceptedEvent: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      /** @example contact.created */
      event: string;
      /**
       * @description as receivers get it
       * @example 2026-01-22T10:30:00Z
       */
      timestamp: string;
      deliveries: {
        /**
         * Format: uuid
         * @description a UUIDv7
         * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
         */
        id: string;
        /**
         * Format: uuid
         * @description a UUIDv7
         * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
         */
        webhook_id: string;
      }[];
    };
    BatchAnswer: {
      /** @description one for each event, in order */
      results: (
        | components['schemas']['AcceptedEvent']
        | {
            error: {
              /** @enum {string} */
              code: 'idempotency_conflict' | 'unavailable';
              detail: string;
            };
          }
      )[];
    };
    EventTypeList: {
      data: {
        /** @example contact.created */
        type: string;
        description: string;
        /** @description JSON Schema (2020-12) of `data` */
        schema: {
          [key: string]: unknown;
        };
        /** @description an example of `data` */
        example: {
          [key: string]: unknown;
        };
        /** @description paths within `data` whose values find an event: `q` of the lists */
        search_paths: string[];
      }[];
      next_cursor: null;
    };
    DeliveryList: {
      data: components['schemas']['Delivery'][];
      /** @description the `cursor` of the next page; null on the last one */
      next_cursor: string | null;
    };
    Delivery: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      webhook_id: string;
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      event_id: string;
      /** @example contact.created */
      event: string;
      status: components['schemas']['DeliveryStatus'];
      /** @description attempts made */
      attempts: number;
      max_attempts: number;
      /** @description of the last attempt; null when no answer came */
      status_code: number | null;
      /** @description of the last attempt, at most 16 KiB */
      response_body: string | null;
      error_message: string | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      next_attempt_at: string | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      delivered_at: string | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      created_at: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      updated_at: string;
    };
    /**
     * @description pending: not attempted yet; retrying: failed, another attempt will follow; delivered; failed: attempts used up, or 410; cancelled: manually, or because the webhook was turned off or deleted; held: the webhook is paused
     * @enum {string}
     */
    DeliveryStatus: 'pending' | 'retrying' | 'delivered' | 'failed' | 'cancelled' | 'held';
    DeliveryDetail: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      webhook_id: string;
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      event_id: string;
      /** @example contact.created */
      event: string;
      status: components['schemas']['DeliveryStatus'];
      /** @description attempts made */
      attempts: number;
      max_attempts: number;
      /** @description of the last attempt; null when no answer came */
      status_code: number | null;
      /** @description of the last attempt, at most 16 KiB */
      response_body: string | null;
      error_message: string | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      next_attempt_at: string | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      delivered_at: string | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      created_at: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      updated_at: string;
      /** @description of the Temporal workflow that carries it */
      workflow_id: string | null;
      /**
       * Format: uuid
       * @description the first delivery in line with the same ordering key, which has to end before; null: it waits for none
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      waits_for: string | null;
      attempt_history: components['schemas']['Attempt'][];
      /** @description what happened to it, in order */
      timeline: components['schemas']['TimelineEntry'][];
      /** @description when the remaining attempts are made if each fails at once; empty while it is held */
      schedule: components['schemas']['ScheduledAttempt'][];
      /** @description the body that the receiver gets */
      payload: {
        event: string;
        timestamp: string;
        /**
         * @description a JSON object or array; unknown fields are welcome
         * @example {
         *       "id": "7"
         *     }
         */
        data:
          | {
              [key: string]: unknown;
            }
          | unknown[];
      };
    };
    Attempt: {
      number: number;
      /** @enum {string} */
      trigger: 'automatic' | 'manual';
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      started_at: string;
      duration_ms: number;
      status_code: number | null;
      response_headers: {
        [key: string]: string;
      } | null;
      response_body: string | null;
      /** @description null when the receiver took it */
      error_message: string | null;
    };
    TimelineEntry: {
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      at: string;
      /** @enum {string} */
      type: 'accepted' | 'attempt' | 'retry_requested' | 'held' | 'resumed' | 'delivered' | 'failed' | 'cancelled';
      detail: string;
    };
    ScheduledAttempt: {
      number: number;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      at: string;
    };
    DeliveryRequest: {
      /** @enum {string} */
      method: 'POST';
      /** @description the webhook's */
      url: string;
      /** @description signed with the secrets of today, at the time of this answer; `[redacted]` stands for values of the webhook's own `headers` */
      headers: {
        [key: string]: string;
      };
      /** @description exactly what the receiver gets */
      body: string;
    };
    RetryAnswer: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      status: components['schemas']['DeliveryStatus'];
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      next_attempt_at: string | null;
      /** @description an attempt is in flight, which counts as the retry */
      in_flight: boolean;
    };
    RetryInput: {
      /** @description send again even if it was delivered; default false */
      force?: boolean;
    };
    CancelAnswer: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      status: components['schemas']['DeliveryStatus'];
    };
    WebhookTestAnswer: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      event_id: string;
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      delivery_id: string;
      /** @example contact.created */
      event: string;
    };
    SecretRotationInput: {
      /**
       * @description the new secret; generated if omitted
       * @example another-secret-of-your-own-choice
       */
      secret?: string;
      /**
       * @description seconds during which both secrets are valid; 0: the new one replaces the old one at once
       * @default 86400
       * @example 86400
       */
      overlap?: number;
      /**
       * @description true: also while two secrets are valid; the oldest of the three is dropped
       * @default false
       */
      force?: boolean;
    };
    RecoveryCount: {
      /** @description deliveries that match now, at most 10,000 */
      count: number;
      /** @description false: there may be more */
      exact: boolean;
    };
    Recovery: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      /**
       * @description null: every platform
       * @example 4calls
       */
      platform: string | null;
      /**
       * @description null: every organization, or a platform without
       * @example org-42
       */
      org_id: string | null;
      /** @enum {string} */
      state: 'running' | 'paused' | 'completed' | 'cancelled';
      /** @description the filter of the request */
      filter: {
        /**
         * Format: uuid
         * @description a UUIDv7
         * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
         */
        webhook_id?: string;
        event?: string;
        status: ('failed' | 'cancelled' | 'retrying')[];
        /**
         * Format: date-time
         * @example 2026-01-22T10:30:00.000Z
         */
        since?: string;
        /**
         * Format: date-time
         * @example 2026-01-22T10:30:00.000Z
         */
        until?: string;
        ids?: string[];
      };
      /** @description deliveries a second at most */
      rate: number;
      /** @description deliveries that matched at the start */
      matched: number;
      /** @description false: it began before all were counted, and at least so many matched; true when it has run to its end */
      matched_exact: boolean;
      /** @description deliveries retried so far */
      retried: number;
      /** @description deliveries skipped so far */
      skipped: number;
      skipped_reasons: {
        webhook_deleted: number;
        webhook_inactive: number;
        webhook_paused: number;
        /** @description an attempt was in flight, or a retry was pending */
        in_flight: number;
        /** @description its event is past the retention */
        event_expired: number;
      };
      /** @description the name of the key that started it */
      created_by: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      created_at: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      updated_at: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      finished_at: string | null;
      /** @description null if nothing matched */
      workflow_id: string | null;
    };
    RecoveryList: {
      data: components['schemas']['Recovery'][];
      /** @description the `cursor` of the next page; null on the last one */
      next_cursor: string | null;
    };
    RecoveryUpdate: {
      /**
       * @description deliveries per second at most, default 1000
       * @example 200
       */
      rate: number;
    };
    PortalLink: {
      /**
       * @description works once; only this answer contains it
       * @example https://posthorn.example.com/portal/01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77#kq3…
       */
      url: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      expires_at: string;
    };
    PortalLinkInput: {
      /**
       * @description seconds in which the link can be opened, default 600
       * @example 600
       */
      expires_in?: number;
      /**
       * @description write: webhooks can be changed and deliveries retried as well; default read
       * @enum {string}
       */
      permissions?: 'read' | 'write';
      /**
       * @description shown in place of the name of the platform
       * @example Acme
       */
      name?: string;
      /**
       * @description colour of buttons and links
       * @example #0f766e
       */
      accent?: string;
    };
    /**
     * @description admin implies all the others
     * @enum {string}
     */
    Scope: 'webhooks:read' | 'webhooks:write' | 'events:write' | 'events:read' | 'admin';
    NewApiKey: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      name: string;
      /**
       * @description null: every platform
       * @example 4calls
       */
      platform: string | null;
      /**
       * @description null: every organization
       * @example org-42
       */
      org_id: string | null;
      scopes: components['schemas']['Scope'][];
      /**
       * @description the key's first characters
       * @example ph_3kF9
       */
      hint: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      created_at: string;
      /**
       * Format: date-time
       * @description null: never
       * @example 2026-01-22T10:30:00.000Z
       */
      expires_at: string | null;
      /**
       * Format: date-time
       * @description to the minute, use by its sessions and portal links included; null: not used yet
       * @example 2026-01-22T10:30:00.000Z
       */
      last_used_at: string | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      revoked_at: string | null;
      /** @description shown in this answer only */
      key: string;
    };
    ApiKeyList: {
      data: components['schemas']['ApiKey'][];
      /** @description the `cursor` of the next page; null on the last one */
      next_cursor: string | null;
    };
    ApiKey: {
      /**
       * Format: uuid
       * @description a UUIDv7
       * @example 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77
       */
      id: string;
      name: string;
      /**
       * @description null: every platform
       * @example 4calls
       */
      platform: string | null;
      /**
       * @description null: every organization
       * @example org-42
       */
      org_id: string | null;
      scopes: components['schemas']['Scope'][];
      /**
       * @description the key's first characters
       * @example ph_3kF9
       */
      hint: string;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      created_at: string;
      /**
       * Format: date-time
       * @description null: never
       * @example 2026-01-22T10:30:00.000Z
       */
      expires_at: string | null;
      /**
       * Format: date-time
       * @description to the minute, use by its sessions and portal links included; null: not used yet
       * @example 2026-01-22T10:30:00.000Z
       */
      last_used_at: string | null;
      /**
       * Format: date-time
       * @example 2026-01-22T10:30:00.000Z
       */
      revoked_at: string | null;
    };
    Alive: {
      /** @enum {string} */
      status: 'ok';
    };
    Ready: {
      /** @enum {string} */
      status: 'ok';
      /**
       * Format: date-time
       * @description until then there are partitions to store events in
       */
      partitions_until: string;
      /**
       * Format: uuid
       * @description the oldest delivery that has not ended; null: none, or not known in time
       */
      oldest_needed_id: string | null;
      /**
       * Format: date-time
       * @description the time in that id
       */
      oldest_needed_at: string | null;
    };
    NotReady: {
      /** @enum {string} */
      status: 'unavailable';
      reason: string;
    };
    Events: {
      urpa: {
        'activity.created': {
          /** @description the id in URPA */
          id: string;
          title: string;
          /** @enum {string} */
          status: 'pending' | 'in_progress' | 'completed' | 'cancelled';
          /** @description whom it is about */
          contact_id?: string | null;
          /**
           * Format: date-time
           * @description when it is to be done
           */
          due_at?: string | null;
        };
        'activity.updated': {
          /** @description the id in URPA */
          id: string;
          title: string;
          /** @enum {string} */
          status: 'pending' | 'in_progress' | 'completed' | 'cancelled';
          /** @description whom it is about */
          contact_id?: string | null;
          /**
           * Format: date-time
           * @description when it is to be done
           */
          due_at?: string | null;
        };
        'activity.completed': {
          /** @description the id in URPA */
          id: string;
          title: string;
          /** @enum {string} */
          status: 'pending' | 'in_progress' | 'completed' | 'cancelled';
          /** @description whom it is about */
          contact_id?: string | null;
          /**
           * Format: date-time
           * @description when it is to be done
           */
          due_at?: string | null;
          /**
           * Format: date-time
           * @description when it was completed
           */
          completed_at: string;
        };
        'contact.created': {
          /** @description the id in URPA */
          id: string;
          first_name: string;
          last_name: string;
          /** Format: email */
          email?: string | null;
          /** @description E.164 */
          phone?: string | null;
        };
        'contact.updated': {
          /** @description the id in URPA */
          id: string;
          first_name: string;
          last_name: string;
          /** Format: email */
          email?: string | null;
          /** @description E.164 */
          phone?: string | null;
        };
        'ai_task.created': {
          /** @description the id in URPA */
          id: string;
          /** @description what is to be done */
          prompt: string;
          /** @enum {string} */
          status: 'queued' | 'running' | 'done' | 'failed';
        };
        'taskjuggler.synced': {
          project_id: string;
          tasks_synced: number;
          /**
           * Format: date-time
           * @description when it was synchronised
           */
          synced_at: string;
        };
      };
      '4calls': {
        'contact.created': {
          /** @description the id in 4Calls */
          id: string;
          name: string;
          /** @description E.164 */
          phone: string;
          /** Format: email */
          email?: string | null;
        };
        'contact.updated': {
          /** @description the id in 4Calls */
          id: string;
          name: string;
          /** @description E.164 */
          phone: string;
          /** Format: email */
          email?: string | null;
        };
        'appointment.created': {
          /** @description the id in 4Calls */
          id: string;
          contact_id: string;
          /**
           * Format: date-time
           * @description when it begins
           */
          starts_at: string;
          /**
           * Format: date-time
           * @description when it ends
           */
          ends_at?: string | null;
          /** @enum {string} */
          status: 'scheduled' | 'confirmed' | 'cancelled';
        };
        'appointment.confirmed': {
          /** @description the id in 4Calls */
          id: string;
          contact_id: string;
          /**
           * Format: date-time
           * @description when it begins
           */
          starts_at: string;
          /**
           * Format: date-time
           * @description when it ends
           */
          ends_at?: string | null;
          /** @enum {string} */
          status: 'scheduled' | 'confirmed' | 'cancelled';
        };
        'appointment.cancelled': {
          /** @description the id in 4Calls */
          id: string;
          contact_id: string;
          /**
           * Format: date-time
           * @description when it begins
           */
          starts_at: string;
          /**
           * Format: date-time
           * @description when it ends
           */
          ends_at?: string | null;
          /** @enum {string} */
          status: 'scheduled' | 'confirmed' | 'cancelled';
          reason?: string | null;
        };
        'appointment.updated': {
          /** @description the id in 4Calls */
          id: string;
          contact_id: string;
          /**
           * Format: date-time
           * @description when it begins
           */
          starts_at: string;
          /**
           * Format: date-time
           * @description when it ends
           */
          ends_at?: string | null;
          /** @enum {string} */
          status: 'scheduled' | 'confirmed' | 'cancelled';
        };
        'campaign.started': {
          /** @description the id in 4Calls */
          id: string;
          name: string;
          /** @description how many are to be called */
          contacts: number;
          /**
           * Format: date-time
           * @description when it began
           */
          started_at: string;
        };
      };
      posthorn: {
        'delivery.failed': {
          /** @description the platform of the webhook */
          platform: string;
          /** @description the organization of the webhook; null: the whole platform */
          organization: string | null;
          /** @description the webhook */
          webhook: {
            /** Format: uuid */
            id: string;
            /** @description scheme, host and port of its URL; the path may contain credentials, so it is not here */
            origin: string;
          };
          /** @description the delivery */
          delivery: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            event_id: string;
            /** @description the event type */
            event: string;
            /** @description attempts made */
            attempts: number;
            /** @description of the last response; null: there was none */
            status_code: number | null;
            /** @description why the last attempt failed */
            error_message: string;
          };
        };
        'webhook.auto_paused': {
          /** @description the platform of the webhook */
          platform: string;
          /** @description the organization of the webhook; null: the whole platform */
          organization: string | null;
          /** @description the webhook */
          webhook: {
            /** Format: uuid */
            id: string;
            /** @description scheme, host and port of its URL; the path may contain credentials, so it is not here */
            origin: string;
          };
          /** @description failed attempts in a row */
          failures: number;
          /**
           * Format: date-time
           * @description the first of them
           */
          failing_since: string;
        };
        'webhook.turned_off': {
          /** @description the platform of the webhook */
          platform: string;
          /** @description the organization of the webhook; null: the whole platform */
          organization: string | null;
          /** @description the webhook */
          webhook: {
            /** Format: uuid */
            id: string;
            /** @description scheme, host and port of its URL; the path may contain credentials, so it is not here */
            origin: string;
          };
          /** @description the delivery that got the 410 */
          delivery: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            event_id: string;
            /** @description the event type */
            event: string;
          };
        };
        'webhook.recovered': {
          /** @description the platform of the webhook */
          platform: string;
          /** @description the organization of the webhook; null: the whole platform */
          organization: string | null;
          /** @description the webhook */
          webhook: {
            /** Format: uuid */
            id: string;
            /** @description scheme, host and port of its URL; the path may contain credentials, so it is not here */
            origin: string;
          };
          /** @description the delivery that succeeded */
          delivery: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            event_id: string;
            /** @description the event type */
            event: string;
          };
          /**
           * Format: date-time
           * @description the first of those events since the last success
           */
          unrecovered_since: string;
        };
        'secret.rotated': {
          /** @description the platform of the webhook */
          platform: string;
          /** @description the organization of the webhook; null: the whole platform */
          organization: string | null;
          /** @description the webhook */
          webhook: {
            /** Format: uuid */
            id: string;
            /** @description scheme, host and port of its URL; the path may contain credentials, so it is not here */
            origin: string;
          };
          /**
           * Format: date-time
           * @description until when the old secret signs as well; null: it no longer does
           */
          old_secret_expires_at: string | null;
        };
      };
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export interface operations {
  listWebhooks: {
    parameters: {
      query?: {
        /** @description webhooks on a page */
        limit?: number;
        /** @description `next_cursor` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Newest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookList'];
        };
      };
    };
  };
  registerWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * Format: uri
           * @description http or https, no credentials, a public address
           * @example https://example.com/hooks
           */
          url: string;
          /**
           * @description the event types that it gets
           * @example [
           *       "activity.created"
           *     ]
           */
          events: string[];
          /**
           * @description signs the deliveries; generated if omitted at registration
           * @example a-secret-of-your-own-choice
           */
          secret?: string;
          description?: string | null;
          /** @description default true */
          active?: boolean;
          /** @description when failed attempts are retried; default {"maximum_attempts":6,"initial_interval":120,"backoff_coefficient":2} */
          retry_policy?: {
            /**
             * @description attempts in all, the first one included
             * @example 6
             */
            maximum_attempts?: number;
            /**
             * @description seconds from the first failure to the second attempt
             * @example 120
             */
            initial_interval?: number;
            /**
             * @description factor from each interval to the next; no interval exceeds a day
             * @example 2
             */
            backoff_coefficient?: number;
          };
          /** @description how fast deliveries are sent; deliveries above a limit wait; default {"concurrency":100,"rate":null} */
          limits?: {
            /**
             * @description attempts at once, in each worker process
             * @example 100
             */
            concurrency?: number;
            /**
             * @description attempts per second, approximately, over all workers; null: no limit
             * @example 50
             */
            rate?: number | null;
          };
          /**
           * @description how long an attempt may take; default null
           * @example 30
           */
          timeout?: number | null;
          /**
           * @description headers that are added to each request, replaced as a whole by a change; values are encrypted at rest; default {}
           * @example {
           *       "X-Team": "billing",
           *       "Authorization": "[redacted]"
           *     }
           */
          headers?: {
            [key: string]: string;
          };
          /** @description whether deliveries whose events have the same value go out one after the other; default null */
          ordering?: {
            /**
             * @description the path of the value whose deliveries go out one after the other
             * @example data.id
             */
            key: string;
          } | null;
          /** @description the certificate that attempts show to an `https` receiver that asks for one; the private key is encrypted at rest; default null */
          client_certificate?: {
            /** @description in PEM; those of intermediate authorities follow it */
            certificate: string;
            /** @description in PEM, without a passphrase; answers show `[redacted]`, and `[redacted]` in a change keeps the stored key */
            private_key: string;
          } | null;
          /**
           * @description which events it gets, by their data; an event that does not match makes no delivery; default null
           * @example {
           *       "status": "pending",
           *       "contact.country": {
           *         "$in": [
           *           "DE",
           *           "AT"
           *         ]
           *       }
           *     }
           */
          filter?: {
            [key: string]: unknown;
          } | null;
        };
      };
    };
    responses: {
      /** @description Registered */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NewWebhook'];
        };
      };
    };
  };
  getWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The webhook */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  updateWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /**
           * Format: uri
           * @description http or https, no credentials, a public address
           * @example https://example.com/hooks
           */
          url?: string;
          /**
           * @description the event types that it gets
           * @example [
           *       "activity.created"
           *     ]
           */
          events?: string[];
          /**
           * @description signs the deliveries; generated if omitted at registration
           * @example a-secret-of-your-own-choice
           */
          secret?: string;
          description?: string | null;
          /** @description default true */
          active?: boolean;
          /** @description when failed attempts are retried; default {"maximum_attempts":6,"initial_interval":120,"backoff_coefficient":2} */
          retry_policy?: {
            /**
             * @description attempts in all, the first one included
             * @example 6
             */
            maximum_attempts?: number;
            /**
             * @description seconds from the first failure to the second attempt
             * @example 120
             */
            initial_interval?: number;
            /**
             * @description factor from each interval to the next; no interval exceeds a day
             * @example 2
             */
            backoff_coefficient?: number;
          };
          /** @description how fast deliveries are sent; deliveries above a limit wait; default {"concurrency":100,"rate":null} */
          limits?: {
            /**
             * @description attempts at once, in each worker process
             * @example 100
             */
            concurrency?: number;
            /**
             * @description attempts per second, approximately, over all workers; null: no limit
             * @example 50
             */
            rate?: number | null;
          };
          /**
           * @description how long an attempt may take; default null
           * @example 30
           */
          timeout?: number | null;
          /**
           * @description headers that are added to each request, replaced as a whole by a change; values are encrypted at rest; default {}
           * @example {
           *       "X-Team": "billing",
           *       "Authorization": "[redacted]"
           *     }
           */
          headers?: {
            [key: string]: string;
          };
          /** @description whether deliveries whose events have the same value go out one after the other; default null */
          ordering?: {
            /**
             * @description the path of the value whose deliveries go out one after the other
             * @example data.id
             */
            key: string;
          } | null;
          /** @description the certificate that attempts show to an `https` receiver that asks for one; the private key is encrypted at rest; default null */
          client_certificate?: {
            /** @description in PEM; those of intermediate authorities follow it */
            certificate: string;
            /** @description in PEM, without a passphrase; answers show `[redacted]`, and `[redacted]` in a change keeps the stored key */
            private_key: string;
          } | null;
          /**
           * @description which events it gets, by their data; an event that does not match makes no delivery; default null
           * @example {
           *       "status": "pending",
           *       "contact.country": {
           *         "$in": [
           *           "DE",
           *           "AT"
           *         ]
           *       }
           *     }
           */
          filter?: {
            [key: string]: unknown;
          } | null;
        };
      };
    };
    responses: {
      /** @description The webhook */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  deleteWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Deleted */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  pauseWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The webhook */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  resumeWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The webhook */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  emitEvent: {
    parameters: {
      query?: never;
      header?: {
        /** @description 1 to 255 visible ASCII characters. The same key with the same event is accepted once, for at least 24 hours. */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @description the event type */
          event: string;
          /**
           * @description a JSON object or array; unknown fields are welcome
           * @example {
           *       "id": "7"
           *     }
           */
          data:
            | {
                [key: string]: unknown;
              }
            | unknown[];
          /**
           * Format: date-time
           * @description ISO 8601 with a time zone; sent in UTC with its fraction unchanged. Default: now
           * @example 2026-01-22T10:30:00Z
           */
          timestamp?: string;
        };
      };
    };
    responses: {
      /** @description Accepted */
      202: {
        headers: {
          /** @description `true`: the key was used for this event before, and this is the first answer again */
          'Idempotent-Replayed'?: 'true';
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AcceptedEvent'];
        };
      };
    };
  };
  emitEvents: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          events: {
            /** @description the event type */
            event: string;
            /**
             * @description a JSON object or array; unknown fields are welcome
             * @example {
             *       "id": "7"
             *     }
             */
            data:
              | {
                  [key: string]: unknown;
                }
              | unknown[];
            /**
             * Format: date-time
             * @description ISO 8601 with a time zone; sent in UTC with its fraction unchanged. Default: now
             * @example 2026-01-22T10:30:00Z
             */
            timestamp?: string;
            /**
             * @description 1 to 255 visible ASCII characters. The same key with the same event is accepted once, for at least 24 hours.
             * @example order-4711-created
             */
            idempotency_key?: string;
          }[];
        };
      };
    };
    responses: {
      /** @description Accepted */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BatchAnswer'];
        };
      };
    };
  };
  listEventTypes: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description All of them */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EventTypeList'];
        };
      };
    };
  };
  listDeliveries: {
    parameters: {
      query?: {
        /** @description one or several, separated by commas: pending, retrying, delivered, failed, cancelled, held */
        status?: string;
        /** @description an event type */
        event?: string;
        webhook_id?: string;
        /** @description a whole value in `data`, at `id` or another of the `search_paths` of the event type; upper and lower case are the same */
        q?: string;
        /** @description created at this time or later */
        since?: string;
        /** @description created before this time */
        until?: string;
        /** @description items on a page */
        limit?: number;
        /** @description `next_cursor` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of deliveries */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryList'];
        };
      };
    };
  };
  getDelivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The delivery */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryDetail'];
        };
      };
    };
  };
  getDeliveryRequest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The request */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryRequest'];
        };
      };
    };
  };
  retryDelivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['RetryInput'];
      };
    };
    responses: {
      /** @description It goes out */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RetryAnswer'];
        };
      };
    };
  };
  cancelDelivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Cancelled */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CancelAnswer'];
        };
      };
    };
  };
  testWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': {
          /** @description an event type */
          event?: string;
        };
      };
    };
    responses: {
      /** @description It goes out */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookTestAnswer'];
        };
      };
    };
  };
  rotateSecret: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['SecretRotationInput'];
      };
    };
    responses: {
      /** @description The webhook with its new secret */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NewWebhook'];
        };
      };
    };
  };
  endSecretRotation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The webhook */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Webhook'];
        };
      };
    };
  };
  startRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          filter: {
            /** Format: uuid */
            webhook_id?: string;
            /** @description an event type */
            event?: string;
            /**
             * @description default: failed
             * @default [
             *       "failed"
             *     ]
             * @example [
             *       "failed"
             *     ]
             */
            status?: ('failed' | 'cancelled' | 'retrying')[];
            /**
             * Format: date-time
             * @description created at this time or later
             * @example 2026-01-22T00:00:00Z
             */
            since?: string;
            /**
             * Format: date-time
             * @description created before this time
             * @example 2026-01-23T00:00:00Z
             */
            until?: string;
            /** @description only these deliveries; the rest of the filter applies as well */
            ids?: string[];
          };
          /** @description true: only count what matches */
          dry_run?: boolean;
          /**
           * @description deliveries per second at most, default 1000
           * @example 200
           */
          rate?: number;
        };
      };
    };
    responses: {
      /** @description The count of a dry run */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecoveryCount'];
        };
      };
      /** @description The recovery that was started */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Recovery'];
        };
      };
    };
  };
  listRecoveries: {
    parameters: {
      query?: {
        /** @description items on a page */
        limit?: number;
        /** @description `next_cursor` of the page before */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of recoveries */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RecoveryList'];
        };
      };
    };
  };
  getRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The recovery */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Recovery'];
        };
      };
    };
  };
  updateRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RecoveryUpdate'];
      };
    };
    responses: {
      /** @description The recovery */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Recovery'];
        };
      };
    };
  };
  pauseRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The recovery */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Recovery'];
        };
      };
    };
  };
  resumeRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The recovery */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Recovery'];
        };
      };
    };
  };
  cancelRecovery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The recovery */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Recovery'];
        };
      };
    };
  };
  createPortalLink: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: {
      content: {
        'application/json': components['schemas']['PortalLinkInput'];
      };
    };
    responses: {
      /** @description The link */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PortalLink'];
        };
      };
    };
  };
  listKeys: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The keys, without what they are */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKeyList'];
        };
      };
    };
  };
  createKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': {
          /** @example billing */
          name: string;
          /**
           * @description omitted only for an admin of all platforms
           * @enum {string|null}
           */
          platform?: 'urpa' | '4calls' | 'posthorn' | null;
          /**
           * @description the organization
           * @example org-42
           */
          org_id?: string | null;
          /**
           * @example [
           *       "events:write"
           *     ]
           */
          scopes: ('webhooks:read' | 'webhooks:write' | 'events:write' | 'events:read' | 'admin')[];
          /**
           * @description seconds from now, up to ten years; by default, the key does not expire
           * @example 7776000
           */
          expires_in?: number | null;
        };
      };
    };
    responses: {
      /** @description Created */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NewApiKey'];
        };
      };
    };
  };
  revokeKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description a UUIDv7 */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Revoked */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  checkHealth: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Alive'];
        };
      };
    };
  };
  checkReadiness: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It can */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Ready'];
        };
      };
      /** @description It cannot, and why */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['NotReady'];
        };
      };
    };
  };
  getMetrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The metrics of this process */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
          'application/openmetrics-text': string;
        };
      };
    };
  };
  getOpenApi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OpenAPI 3.1 */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
    };
  };
}
