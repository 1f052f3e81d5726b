import type pg from 'pg';
import type { Logger } from 'pino';

const FLUSH_MS = 60_000;

/** Of the API processes that saw a key in the same minute, one writes. */
const WRITE = `
  update api_keys set last_used_at = now()
  where id = any($1::uuid[]) and (last_used_at is null or last_used_at < now() - interval '50 seconds')`;

/** Records when keys were used last. Requests pay nothing for it: only lookups that the caches did not answer are noted, and written once a minute. */
export class KeyUse {
  private readonly pool: pg.Pool;
  private readonly log: Logger;
  private readonly used = new Set<string>();
  private readonly timer = setInterval(() => void this.flush(), FLUSH_MS).unref();

  constructor(pool: pg.Pool, log: Logger) {
    this.pool = pool;
    this.log = log;
  }

  note(keyId: string): void {
    this.used.add(keyId);
  }

  async flush(): Promise<void> {
    if (this.used.size === 0) return;
    const ids = [...this.used];
    this.used.clear();
    await this.pool.query(WRITE, [ids]).catch((error: unknown) => {
      for (const id of ids) this.used.add(id);
      this.log.debug({ err: error }, 'the last use of keys could not be written yet');
    });
  }

  /** Writes what was noted. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }
}
