import type pg from 'pg';
import { Batcher } from '../../core/batcher.ts';
import type { Emission, EmitResult } from './emission.ts';
import { RECALL } from './emit-statements.ts';

/** Reads the first response to requests with an idempotency key that was used before. */
export class Recalls {
  /** One statement at a time, so that slow ones leave the pool to others. */
  private readonly batcher: Batcher<Emission, EmitResult>;

  constructor(pool: pg.Pool) {
    this.batcher = new Batcher({
      maxItems: 512,
      maxWaiting: 10_000,
      run: (repeated) => recall(pool, repeated),
    });
  }

  /** Never rejects. */
  of(repeated: Emission): Promise<EmitResult> {
    return this.batcher.add(repeated).catch((error: unknown) => ({ kind: 'not_recalled', error }));
  }
}

interface RecallRow {
  platform: string;
  org_id: string;
  key: string;
  request_hash: Buffer;
  event_id: string;
  body: string;
  deliveries: { id: string; webhookId: string }[];
}

async function recall(pool: pg.Pool, repeated: Emission[]): Promise<EmitResult[]> {
  const values = [
    repeated.map((emission) => emission.platform),
    repeated.map((emission) => emission.orgId),
    repeated.map((emission) => emission.idempotency!.key),
  ];
  const { rows } = await pool.query<RecallRow>({ ...RECALL, values });
  const nameOf = (platform: string, orgId: string, key: string) => JSON.stringify([platform, orgId, key]);
  const first = new Map(rows.map((row) => [nameOf(row.platform, row.org_id, row.key), row]));
  return repeated.map(({ platform, orgId, idempotency }): EmitResult => {
    const row = first.get(nameOf(platform, orgId, idempotency!.key));
    if (!row) return { kind: 'not_recalled', error: new Error('what an idempotency key stood for is gone') };
    if (!row.request_hash.equals(idempotency!.hash)) return { kind: 'conflict' };
    return { kind: 'accepted', eventId: row.event_id, body: row.body, deliveries: row.deliveries, replayed: true };
  });
}
