import type pg from 'pg';
import { newId } from '../new-id.ts';
import { Batcher } from './batcher.ts';
import { BusyOwners } from './busy-owners.ts';
import { EMIT, RECALL } from './queries/emit.ts';

export interface Emission {
  platform: string;
  /** Empty for a platform without organizations. */
  orgId: string;
  eventType: string;
  /** The exact bytes that every receiver gets. */
  body: string;
  /** `hash` tells whether a repeated key came with the same request. */
  idempotency: { key: string; hash: Buffer } | null;
}

export type EmitResult =
  | {
      kind: 'accepted';
      eventId: string;
      body: string;
      deliveries: { id: string; webhookId: string }[];
      /** Whether an earlier request with the same idempotency key is answered again. */
      replayed: boolean;
    }
  | { kind: 'conflict' };

/** Accepts events. Resolves after the commit; rejects with `OverloadedError` or the database's error, then nothing is stored. */
export interface Intake {
  emit(emissions: Emission[]): Promise<EmitResult[]>;
}

/** A batch closes at 8 MiB, each event counted with a surcharge for its rows. */
const MAX_WEIGHT = 8 * 1024 * 1024;
const ROW_WEIGHT = 8 * 1024;

/** Events that give way are stored an eighth of the time, at least ten times a second. */
const GIVE_WAY = { gap: 8, longestGapMs: 100 };

/**
 * Requests that arrive together share a commit; all events of one request are in the same one. Owners with many events gather longer
 * while others have few, which then find the machine less busy.
 */
export function createIntake(pool: pg.Pool): Intake {
  const options = {
    maxItems: 512,
    maxWaiting: 10_000,
    maxWeight: MAX_WEIGHT,
    weigh: (emissions: Emission[]) => emissions.reduce((sum, emission) => sum + emission.body.length + ROW_WEIGHT, 0),
    run: (requests: Emission[][]) => storeAll(pool, requests),
  };
  const prompt = new Batcher(options);
  const patient = new Batcher({ ...options, ...GIVE_WAY });
  const owners = new BusyOwners();
  return {
    emit(emissions) {
      const { platform, orgId } = emissions[0]!;
      const givesWay = owners.note(`${platform}\n${orgId}`, emissions.length, performance.now());
      return (givesWay ? patient : prompt).add(emissions);
    },
  };
}

async function storeAll(pool: pg.Pool, requests: Emission[][]): Promise<EmitResult[][]> {
  const results = await store(pool, requests.flat());
  let position = 0;
  return requests.map((request) => results.slice(position, (position += request.length)));
}

interface EmitRow {
  event_id: string;
  /** Null: the event's key was taken before. */
  delivery_id: string | null;
  webhook_id: string;
}

async function store(pool: pg.Pool, emissions: Emission[]): Promise<EmitResult[]> {
  const ids = emissions.map(() => newId());
  const values = [
    ids,
    emissions.map((emission) => emission.platform),
    emissions.map((emission) => emission.orgId),
    emissions.map((emission) => emission.eventType),
    emissions.map((emission) => emission.body),
    emissions.map((emission) => emission.idempotency?.key ?? null),
    emissions.map((emission) => emission.idempotency?.hash ?? null),
  ];
  const { rows } = await pool.query<EmitRow>({ ...EMIT, values });
  const accepted = new Map<string, EmitResult & { kind: 'accepted' }>();
  emissions.forEach((emission, index) => {
    const eventId = ids[index]!;
    accepted.set(eventId, { kind: 'accepted', eventId, body: emission.body, deliveries: [], replayed: false });
  });
  let repeated = false;
  for (const row of rows) {
    if (row.delivery_id === null) {
      accepted.delete(row.event_id);
      repeated = true;
    } else {
      accepted.get(row.event_id)!.deliveries.push({ id: row.delivery_id, webhookId: row.webhook_id });
    }
  }
  const recalled = repeated
    ? await recall(
        pool,
        emissions.filter((_, index) => !accepted.has(ids[index]!)),
      )
    : null;
  return emissions.map((emission, index) => accepted.get(ids[index]!) ?? recalled!(emission));
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

async function recall(pool: pg.Pool, repeated: Emission[]): Promise<(emission: Emission) => EmitResult> {
  const values = [
    repeated.map((emission) => emission.platform),
    repeated.map((emission) => emission.orgId),
    repeated.map((emission) => emission.idempotency!.key),
  ];
  const { rows } = await pool.query<RecallRow>({ ...RECALL, values });
  const nameOf = (platform: string, orgId: string, key: string) => JSON.stringify([platform, orgId, key]);
  const first = new Map(rows.map((row) => [nameOf(row.platform, row.org_id, row.key), row]));
  return (emission) => {
    const row = first.get(nameOf(emission.platform, emission.orgId, emission.idempotency!.key));
    if (!row) throw new Error('an idempotency key was taken, but what it stands for is gone');
    if (!row.request_hash.equals(emission.idempotency!.hash)) return { kind: 'conflict' };
    return { kind: 'accepted', eventId: row.event_id, body: row.body, deliveries: row.deliveries, replayed: true };
  };
}
