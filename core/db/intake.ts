import type pg from 'pg';
import { newId } from '../new-id.ts';
import { Batcher } from './batcher.ts';
import { BusyOwners } from './busy-owners.ts';
import type { Emission, EmitResult } from './emission.ts';
import { EMIT } from './queries/emit.ts';
import { Recalls } from './recalls.ts';

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
  const recalls = new Recalls(pool);
  const options = {
    maxItems: 512,
    maxWaiting: 10_000,
    maxWeight: MAX_WEIGHT,
    weigh: (emissions: Emission[]) => emissions.reduce((sum, emission) => sum + emission.body.length + ROW_WEIGHT, 0),
    run: (requests: Emission[][]) => storeAll(pool, recalls, requests),
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

type Stored = EmitResult[] | Promise<EmitResult[]>;

async function storeAll(pool: pg.Pool, recalls: Recalls, requests: Emission[][]): Promise<Stored[]> {
  const fresh = await store(pool, requests.flat());
  let position = 0;
  return requests.map((request) => {
    const results = fresh.slice(position, (position += request.length));
    return results.every((result) => result !== null) ? results : complete(recalls, request, results);
  });
}

function complete(recalls: Recalls, request: Emission[], results: (EmitResult | null)[]): Promise<EmitResult[]> {
  return Promise.all(results.map(async (result, index) => result ?? (await recalls.of(request[index]!))));
}

interface EmitRow {
  event_id: string;
  /** Null: the event's key was taken before. */
  delivery_id: string | null;
  webhook_id: string;
}

/** Null for each emission whose key was used before. */
async function store(pool: pg.Pool, emissions: Emission[]): Promise<(EmitResult | null)[]> {
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
  for (const row of rows) {
    if (row.delivery_id === null) accepted.delete(row.event_id);
    else accepted.get(row.event_id)!.deliveries.push({ id: row.delivery_id, webhookId: row.webhook_id });
  }
  return ids.map((id) => accepted.get(id) ?? null);
}
