import type { QueryClient } from '@tanstack/svelte-query';
import type { LiveChange } from '../../../../core/contracts/dashboard/operation.ts';
import { BASE } from '../portal/base.ts';
import { mergeChanges, NOTHING_CHANGED, readChange, staleKeys } from './live-change.ts';

type Listener = (change: LiveChange | 'everything') => void;

const COALESCE_MS = 250;
const RECONNECT_MS = { first: 1000, longest: 15_000 };

/** The dashboard's only stream of changes. Invalidates changed queries and reconnects after a failure. */
export class Live {
  /** `waiting`: the connection is lost and will be retried. */
  state = $state<'connecting' | 'open' | 'waiting'>('connecting');
  private readonly queries: QueryClient;
  private readonly listeners = new Set<Listener>();
  private source: EventSource | undefined;
  private pending: LiveChange = NOTHING_CHANGED;
  private flushTimer: ReturnType<typeof setTimeout> | undefined;
  private reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(queries: QueryClient) {
    this.queries = queries;
  }

  start(): void {
    this.connect();
  }

  stop(): void {
    clearTimeout(this.flushTimer);
    clearTimeout(this.reconnectTimer);
    this.source?.close();
  }

  /** Calls the listener on every change, for data outside the query client. Returns a function that stops it. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private connect(): void {
    const source = new EventSource(`${BASE}/api/dashboard/live`);
    this.source = source;
    source.addEventListener('open', () => this.opened());
    source.addEventListener('change', (message) => this.hear(message));
    source.addEventListener('reset', () => this.refetchAll());
    source.addEventListener('error', () => this.broke(source));
  }

  private opened(): void {
    this.state = 'open';
    if (this.failures > 0) this.refetchAll();
    this.failures = 0;
  }

  private hear(message: MessageEvent<string>): void {
    this.pending = mergeChanges(this.pending, readChange(message.data));
    this.flushTimer ??= setTimeout(() => this.flush(), COALESCE_MS);
  }

  private flush(): void {
    const change = this.pending;
    this.flushTimer = undefined;
    this.pending = NOTHING_CHANGED;
    for (const queryKey of staleKeys(change)) void this.queries.invalidateQueries({ queryKey });
    for (const listener of this.listeners) listener(change);
  }

  private refetchAll(): void {
    void this.queries.invalidateQueries();
    for (const listener of this.listeners) listener('everything');
  }

  /** The browser reconnects by itself where it can. A refused stream is reopened with exponential backoff; then everything is fetched again. */
  private broke(source: EventSource): void {
    this.state = 'waiting';
    if (source.readyState !== EventSource.CLOSED) return;
    const wait = Math.min(RECONNECT_MS.first * 2 ** this.failures++, RECONNECT_MS.longest);
    this.reconnectTimer = setTimeout(() => this.connect(), wait);
  }
}
