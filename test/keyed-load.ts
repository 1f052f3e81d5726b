import type { System } from './system.ts';

/** Emits URPA events with idempotency keys at a steady rate until it is stopped, and can repeat all of them. */
export class KeyedLoad {
  private readonly system: System;
  private readonly accepted = new Map<string, string[]>();
  private readonly running = new Set<Promise<unknown>>();
  private readonly timer: NodeJS.Timeout;
  private readonly prefix = `load-${Date.now()}`;
  private sent = 0;

  constructor(system: System, perSecond: number) {
    this.system = system;
    this.timer = setInterval(() => {
      const emitting = this.emit(`${this.prefix}-${this.sent++}`).catch(() => undefined);
      this.running.add(emitting);
      void emitting.finally(() => this.running.delete(emitting));
    }, 1_000 / perSecond);
  }

  /** The deliveries of all events that were accepted so far. */
  deliveries(): string[] {
    return [...this.accepted.values()].flat();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.running);
  }

  /** Emits everything once more with the same keys. Returns the deliveries. */
  async repeat(): Promise<string[]> {
    return (await Promise.all([...this.accepted.keys()].map((key) => this.emit(key)))).flat();
  }

  private async emit(key: string): Promise<string[]> {
    const event = { event: 'activity.created', data: { id: key } };
    const { status, body } = await this.system.call('POST', '/api/urpa/events', event, { 'idempotency-key': key });
    if (status !== 202) throw new Error(`${key} got ${status}`);
    const deliveries = body.deliveries.map((delivery: { id: string }) => delivery.id) as string[];
    this.accepted.set(key, deliveries);
    return deliveries;
  }
}
