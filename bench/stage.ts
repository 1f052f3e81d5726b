import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, stopChild } from './children.ts';
import type { NoiseOrder } from './noise.ts';
import type { BenchOptions } from './options.ts';
import { startPosthorn, type Posthorn } from './posthorn.ts';
import { startReceiver, type Receiver } from './receivers.ts';
import { startSilentDns, type SilentDns } from '../test/silent-dns.ts';
import type { Target } from './target.ts';

/** Starts the systems that scenarios need and stops them afterwards. */
export class Stage {
  readonly options: BenchOptions;
  readonly folder = mkdtempSync(join(tmpdir(), 'posthorn-bench-'));
  private readonly ending: (() => Promise<unknown>)[] = [];
  private systems = 0;
  private closed = false;

  constructor(options: BenchOptions) {
    this.options = options;
  }

  /** `full`, or `quick` with the option `--quick`. */
  scale(full: number, quick: number): number {
    return this.options.quick ? quick : full;
  }

  say(line: string): void {
    console.log(`  ${line}`);
  }

  /** Starts a new installation. */
  async posthorn(env: Record<string, string> = {}): Promise<Posthorn> {
    this.say('starting PostgreSQL, Temporal, the API and a worker …');
    const folder = join(this.folder, String(++this.systems));
    return await this.keep(
      () => startPosthorn(folder, { env, persistence: this.options.temporal }),
      ({ stop }) => stop(),
    );
  }

  receiver(): Promise<Receiver> {
    return this.keep(startReceiver, ({ stop }) => stop());
  }

  silentDns(): Promise<SilentDns> {
    return this.keep(startSilentDns, (dns) => Promise.resolve(dns.close()));
  }

  async relay(receiver: Receiver): Promise<Target> {
    const relay = await this.keep(
      () => startChild('bench/relay.ts', { args: [receiver.url] }),
      (child) => stopChild(child),
    );
    return {
      origin: `http://127.0.0.1:${String(relay.greeting)}`,
      path: '/hook',
      headers: { 'content-type': 'application/json' },
      eventType: 'activity.created',
      processes: { relay: relay.pid },
      settle: () => Promise.resolve(),
    };
  }

  /** Prepares events from a separate process, so that they do not disturb the measuring process. Returns a function that starts them. */
  async noise(order: NoiseOrder): Promise<() => void> {
    const child = await this.keep(
      () => startChild('bench/noise.ts', { args: [JSON.stringify(order)] }),
      (started) => stopChild(started),
    );
    return () => void child.process.send('begin');
  }

  /** Stops everything that was started, in reverse order. */
  async clear(): Promise<void> {
    for (let end = this.ending.pop(); end; end = this.ending.pop()) await end();
  }

  /** Stops everything and refuses further starts. */
  async close(): Promise<void> {
    this.closed = true;
    await this.clear();
  }

  removeFiles(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async keep<T>(start: () => Promise<T>, stop: (started: T) => Promise<unknown>): Promise<T> {
    if (this.closed) throw new Error('the measurement is over');
    const starting = start();
    this.ending.push(() => starting.then(stop).catch(() => undefined));
    return await starting;
  }
}
