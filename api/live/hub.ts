import { randomBytes } from 'node:crypto';
import type { ChangeNotice, OwnerChange } from '../../core/db/changes.ts';
import { AppError } from '../../core/contracts/errors.ts';
import type { Principal } from '../auth/principal.ts';
import { NoticeLog } from './notice-log.ts';
import { Stream } from './stream.ts';
import { describeFor, viewOf, type View } from './view.ts';

/** The minimum time between two messages: at most two per second. */
const PAUSE_MS = 500;
const HEARTBEAT_MS = 15_000;
const MOST_STREAMS = 2_000;
/** How long browsers wait before they reconnect. */
const RETRY_MS = 1_000;

/** The current owner of a stream; null if its session has ended or its key was revoked. */
export type Identify = () => Promise<Principal | null>;

interface Audience {
  view: View;
  streams: Map<Stream, Identify>;
}

/**
 * The live streams of one process. All share the process's listening connection, and each message is built once for all streams with
 * the same view.
 */
export class LiveHub {
  private readonly audiences = new Map<string, Audience>();
  private log = new NoticeLog(newBegin());
  private pending: OwnerChange[] = [];
  private timer: NodeJS.Timeout | undefined;
  private readonly heartbeat: NodeJS.Timeout;
  private closed = false;

  constructor() {
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  /** @throws AppError overloaded */
  open(principal: Principal, identify: Identify, lastEventId: string | undefined): ReadableStream<Uint8Array> {
    if (this.closed || this.countStreams() >= MOST_STREAMS) {
      throw new AppError('overloaded', 'too many dashboards are open here; try again', {
        headers: { 'Retry-After': '5' },
      });
    }
    const view = viewOf(principal);
    const name = JSON.stringify(view);
    const audience = this.audiences.get(name) ?? { view, streams: new Map<Stream, Identify>() };
    const stream = new Stream((ended) => {
      audience.streams.delete(ended);
      if (audience.streams.size === 0) this.audiences.delete(name);
    });
    this.audiences.set(name, audience);
    audience.streams.set(stream, identify);
    const missed = lastEventId === undefined ? [] : this.log.since(lastEventId);
    if (missed === null) stream.send(encode(this.log.position, 'reset', {}));
    else {
      const change = describeFor(view, missed);
      stream.send(change ? encode(this.log.position, 'change', change) : encode(this.log.position));
    }
    return stream.body;
  }

  hear(notice: ChangeNotice): void {
    this.log.add(notice);
    this.pending.push(...notice.owners);
    if (!this.timer) this.flush();
  }

  /** Call this if notifications may have been missed. */
  reset(): void {
    this.log = new NoticeLog(newBegin());
    this.pending = [];
    const message = encode(this.log.position, 'reset', {});
    for (const { streams } of this.audiences.values()) for (const stream of streams.keys()) stream.send(message);
  }

  /** Ends streams whose session has ended or whose key was revoked. */
  async recheck(): Promise<void> {
    for (const { view, streams } of [...this.audiences.values()]) {
      for (const [stream, identify] of [...streams]) {
        const principal = await identify().catch(() => undefined);
        if (principal === undefined) continue;
        if (principal === null || JSON.stringify(viewOf(principal)) !== JSON.stringify(view)) stream.close();
      }
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    clearInterval(this.heartbeat);
    for (const { streams } of [...this.audiences.values()]) for (const stream of [...streams.keys()]) stream.close();
  }

  private flush(): void {
    const changes = this.pending;
    this.pending = [];
    for (const { view, streams } of this.audiences.values()) {
      const change = describeFor(view, changes);
      if (!change) continue;
      const message = encode(this.log.position, 'change', change);
      for (const stream of [...streams.keys()]) stream.send(message);
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.pending.length > 0) this.flush();
    }, PAUSE_MS);
    this.timer.unref();
  }

  private beat(): void {
    const message = new TextEncoder().encode(': \n\n');
    for (const { streams } of this.audiences.values()) for (const stream of [...streams.keys()]) stream.send(message);
    void this.recheck();
  }

  private countStreams(): number {
    return [...this.audiences.values()].reduce((total, { streams }) => total + streams.size, 0);
  }
}

/** The first position of a log. Other processes and later connections do not know it. */
function newBegin(): string {
  return `begin-${randomBytes(9).toString('base64url')}`;
}

/** A message without an event only sets the position of the stream. */
function encode(id: string, event?: 'change' | 'reset', data?: object): Uint8Array {
  const content = event === undefined ? '' : `event: ${event}\ndata: ${JSON.stringify(data)}\n`;
  return new TextEncoder().encode(`retry: ${RETRY_MS}\nid: ${id}\n${content}\n`);
}
