import { randomBytes } from 'node:crypto';
import { pause } from './load.ts';
import type { System } from './system.ts';

export const LINES = ['left', 'middle', 'right'];
const PAUSE_MS = 40;
const REPEAT_MS = 100;

/**
 * Emits URPA events in three lines, each one after the other: `data.id` is the line, `data.number` the place in it and `data.kind` is
 * `even` or `odd`. A request that fails is repeated with its key, by the next API.
 */
export class LinesLoad {
  /** The APIs to emit to, in turn. */
  targets: string[];
  /** The deliveries of all accepted events. */
  readonly deliveries: string[] = [];
  /** How many events each API accepted. */
  readonly accepted = new Map<string, number>();
  /** Statuses other than 202 and 503, which should not come. */
  readonly refused: number[] = [];
  private readonly system: System;
  private readonly running: Promise<void>[];
  private readonly run = randomBytes(4).toString('hex');
  private stopped = false;
  private sent = 0;

  constructor(system: System, from: number) {
    this.system = system;
    this.targets = [system.apiUrl];
    this.running = LINES.map((line) => this.emitLine(line, from));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  private async emitLine(line: string, from: number): Promise<void> {
    for (let number = from; !this.stopped; number++) {
      const data = { id: line, number, kind: number % 2 === 0 ? 'even' : 'odd' };
      while (!(await this.emit(`${this.run}-${line}-${number}`, data))) await pause(REPEAT_MS);
      await pause(PAUSE_MS);
    }
  }

  private async emit(key: string, data: object): Promise<boolean> {
    const target = this.targets[this.sent++ % this.targets.length]!;
    try {
      const response = await fetch(`${target}/api/urpa/events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.system.adminKey}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ event: 'activity.created', data }),
        signal: AbortSignal.timeout(10_000),
      });
      const answer = (await response.json()) as { deliveries: { id: string }[] };
      if (response.status !== 202) {
        if (response.status !== 503) this.refused.push(response.status);
        return false;
      }
      this.deliveries.push(...answer.deliveries.map(({ id }) => id));
      this.accepted.set(target, (this.accepted.get(target) ?? 0) + 1);
      return true;
    } catch {
      return false;
    }
  }
}
