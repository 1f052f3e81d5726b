import { randomBytes } from 'node:crypto';
import type pg from 'pg';

export const CHANGES_CHANNEL = 'posthorn_changes';

/** Changes of one owner's data. */
export interface OwnerChange {
  /** Null: of several platforms. */
  platform: string | null;
  /** Empty: a platform without organizations; null: of several. */
  orgId: string | null;
  deliveries: string[];
  webhooks: string[];
  recoveries: string[];
  /** More deliveries changed than are named. */
  more: boolean;
}

export interface ChangeNotice {
  /** The same for all listeners. */
  id: string;
  owners: OwnerChange[];
}

interface Owner {
  platform: string;
  orgId: string;
}

interface Gathered {
  owner: Owner;
  deliveries: Set<string>;
  webhooks: Set<string>;
  more: boolean;
}

/** Maximum of delivery ids of one owner in a notice. */
const MOST_NAMED = 50;
/** Interval between the notices of one process, milliseconds. */
const PAUSE_MS = 250;
/** PostgreSQL's limit is 8,000 bytes. */
const LARGEST_NOTICE = 7_500;

/** The commit of a notice need not be durable. */
const NOTIFY = {
  name: 'notify-changes',
  text: `select set_config('synchronous_commit', 'off', true), pg_notify('${CHANGES_CHANNEL}', notice)
    from unnest($1::text[]) as notice`,
};

/**
 * Notifies the dashboards of all processes of committed changes: ids, collected for a quarter of a second, in a statement of its own, so that
 * the hot statements are not affected. A notice may be lost with its process.
 */
export class Changes {
  private readonly pool: pg.Pool;
  private readonly source = randomBytes(6).toString('base64url');
  private count = 0;
  private gathered = new Map<string, Gathered>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** A change that only lists and numbers show. */
  touch(platform: string, orgId: string): void {
    this.of(platform, orgId);
  }

  delivery(platform: string, orgId: string, id: string): void {
    const gathered = this.of(platform, orgId);
    if (gathered.deliveries.size < MOST_NAMED) gathered.deliveries.add(id);
    else gathered.more ||= !gathered.deliveries.has(id);
  }

  /** Its deliveries may have changed with it. */
  webhook(platform: string, orgId: string, id: string): void {
    const gathered = this.of(platform, orgId);
    gathered.more = true;
    if (gathered.webhooks.size < MOST_NAMED) gathered.webhooks.add(id);
  }

  /** Sends the remaining notices. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.gathered.size > 0) await this.tell();
  }

  private of(platform: string, orgId: string): Gathered {
    const name = `${platform}\n${orgId}`;
    let gathered = this.gathered.get(name);
    if (!gathered) {
      gathered = { owner: { platform, orgId }, deliveries: new Set(), webhooks: new Set(), more: false };
      this.gathered.set(name, gathered);
      if (!this.timer && !this.closed) this.schedule(0);
    }
    return gathered;
  }

  private schedule(ms: number): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.gathered.size > 0) void this.tell();
    }, ms);
    this.timer.unref();
  }

  private async tell(): Promise<void> {
    const { gathered } = this;
    this.gathered = new Map();
    if (!this.closed) this.schedule(PAUSE_MS);
    await this.pool.query({ ...NOTIFY, values: [this.pack([...gathered.values()])] }).catch(() => {});
  }

  private pack(all: Gathered[]): string[] {
    const notices: string[] = [];
    let parts: string[] = [];
    let size = 0;
    const close = () => {
      if (parts.length > 0) notices.push(`{"id":"${this.source}-${++this.count}","owners":[${parts.join(',')}]}`);
      parts = [];
      size = 0;
    };
    for (const each of all) {
      const part = JSON.stringify(describe(each));
      const bytes = Buffer.byteLength(part) + 1;
      if (size + bytes > LARGEST_NOTICE) close();
      parts.push(part);
      size += bytes;
    }
    close();
    return notices;
  }
}

function describe({ owner, deliveries, webhooks, more }: Gathered): OwnerChange {
  return { ...owner, deliveries: [...deliveries], webhooks: [...webhooks], recoveries: [], more };
}
