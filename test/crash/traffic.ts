import type { System } from '../system.ts';
import { kindOf } from './sites.ts';

export interface Accepted {
  at: number;
  /** The sites where it must arrive. */
  sites: string[];
  deliveries: { id: string; webhook_id: string }[];
}

export interface Refused {
  status: number;
  retryAfter: string | null;
  tookMs: number;
}

/** An emit that takes longer counts as hanging. */
const HANG_MS = 15_000;
const TICK_MS = 10;

/** Emits at a steady rate, whatever the results, until it is stopped. */
export class Traffic {
  readonly accepted: Accepted[] = [];
  readonly refused: Refused[] = [];
  /** The error codes of failed connections, such as ECONNREFUSED. */
  readonly broken: string[] = [];
  /** The APIs to emit to, in turn. */
  targets: string[];
  private readonly adminKey: string;
  private readonly running = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;
  private sent = 0;

  constructor(system: System, perSecond: number) {
    this.targets = [system.apiUrl];
    this.adminKey = system.adminKey;
    const begun = performance.now();
    this.timer = setInterval(() => {
      const due = ((performance.now() - begun) / 1000) * perSecond;
      while (this.sent < due) this.emit(this.sent++);
    }, TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.running);
  }

  private emit(index: number): void {
    const emitting = this.post(index).catch((error: unknown) => void this.broken.push(codeOf(error)));
    this.running.add(emitting);
    void emitting.finally(() => this.running.delete(emitting));
  }

  private async post(index: number): Promise<void> {
    const { base, event, sites } = kindOf(index);
    const begun = performance.now();
    const response = await fetch(`${this.targets[index % this.targets.length]!}${base}/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ event, data: { id: String(index) } }),
      signal: AbortSignal.timeout(HANG_MS),
    });
    const answer = (await response.json()) as { deliveries: Accepted['deliveries'] };
    const { status } = response;
    if (status === 202) this.accepted.push({ at: Date.now(), sites, deliveries: answer.deliveries });
    else {
      const retryAfter = response.headers.get('retry-after');
      this.refused.push({ status, retryAfter, tookMs: performance.now() - begun });
    }
  }
}

function codeOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name: string };
  return cause?.code ?? name;
}
