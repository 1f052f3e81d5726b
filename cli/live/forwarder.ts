import { PosthornError } from '../../clients/typescript/src/errors.ts';
import type { Deliveries } from '../../clients/typescript/src/deliveries.ts';
import { forward, type ForwardedRequest, type ForwardResult } from './forward.ts';
import type { Sighting } from './watch-deliveries.ts';

export interface Forwarding {
  /** Of the owner of the webhook. */
  deliveries: Deliveries<string>;
  /** The URL of the developer's server. */
  target: string;
  /** To add or replace. */
  headers: Record<string, string>;
  signal: AbortSignal;
}

export interface Forwarded extends ForwardResult {
  delivery_id: string;
  event: string;
  /** Why it was sent on: it was accepted, or retried by hand. */
  trigger: 'accepted' | 'retried';
  target: string;
  request_headers: Record<string, string>;
  request_body: string;
}

const REDACTED = '[redacted]';
/** Requests to the developer's server at the same time; it may stand at a breakpoint. */
const MOST_AT_ONCE = 8;
/** The clocks of API and workers may differ by so much. */
const TOLERANCE_MS = 5_000;

/** Sends deliveries on, each once when it was accepted and again for each retry by hand. */
export class Forwarder {
  private readonly forwarding: Forwarding;
  private readonly onForwarded: (forwarded: Forwarded) => void;
  private readonly begunAt: number;
  /** The number of the last attempt that was sent on for a retry, by delivery. */
  private readonly retried = new Map<string, number>();
  private readonly queue: (() => Promise<void>)[] = [];
  private running = 0;

  /** `now` is the API's time, in milliseconds since 1970. */
  constructor(forwarding: Forwarding, now: number, onForwarded: (forwarded: Forwarded) => void) {
    this.forwarding = forwarding;
    this.onForwarded = onForwarded;
    this.begunAt = now - TOLERANCE_MS;
  }

  hear({ delivery, isNew }: Sighting): void {
    const { id, event } = delivery;
    this.queue.push(async () => {
      if (isNew) await this.send(id, event, 'accepted');
      // A first attempt by hand, such as of a held delivery, was sent on already.
      else if (delivery.attempts > 1 && (await this.wasRetried(id))) await this.send(id, event, 'retried');
    });
    this.work();
  }

  private work(): void {
    while (this.running < MOST_AT_ONCE && this.queue.length > 0) {
      this.running++;
      void this.queue.shift()!().finally(() => {
        this.running--;
        this.work();
      });
    }
  }

  /** Whether its last attempt was made by hand, and not sent on yet. */
  private async wasRetried(id: string): Promise<boolean> {
    const detail = await this.forwarding.deliveries.get(id).catch(() => null);
    const last = detail?.attempt_history.at(-1);
    if (last?.trigger !== 'manual' || Date.parse(last.started_at) < this.begunAt) return false;
    if (this.retried.get(id) === last.number) return false;
    this.retried.set(id, last.number);
    return true;
  }

  private async send(id: string, event: string, trigger: Forwarded['trigger']): Promise<void> {
    const { target, signal } = this.forwarding;
    const shown = { delivery_id: id, event, trigger, target };
    try {
      const { headers, body } = await this.request(id);
      const result = await forward(target, { headers, body }, signal);
      if (!signal.aborted) this.onForwarded({ ...shown, ...result, request_headers: headers, request_body: body });
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof PosthornError ? error.message : String(error);
      const none = { status_code: null, response_headers: null, response_body: null, duration_ms: 0 };
      this.onForwarded({ ...shown, ...none, error: `not sent on: ${message}`, request_headers: {}, request_body: '' });
    }
  }

  /** The request as a real attempt would make it now. */
  private async request(id: string): Promise<ForwardedRequest> {
    const { headers, body } = await this.forwarding.deliveries.request(id);
    const signed = Object.entries(headers).filter(([, value]) => value !== REDACTED);
    const added = Object.entries(this.forwarding.headers);
    const names = new Set(added.map(([name]) => name.toLowerCase()));
    return {
      headers: Object.fromEntries([...signed.filter(([name]) => !names.has(name.toLowerCase())), ...added]),
      body,
    };
  }
}
