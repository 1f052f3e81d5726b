import type pg from 'pg';
import { Batcher } from './batcher.ts';
import { BusyOwners } from './busy-owners.ts';
import type { Emission, EmitResult } from './emission.ts';
import { FanOuts } from './fan-outs.ts';
import { Recalls } from './recalls.ts';
import { EventStore, type Stored } from './store-events.ts';

/** Accepts events. Resolves after the commit; what is rejected is not stored. */
export interface Intake {
  /** @throws OverloadedError, TooManyDeliveriesError, LateError, or the database's error */
  emit(emissions: Emission[]): Promise<EmitResult[]>;
}

/** A request would make more deliveries than one transaction can be expected to store. */
export class TooManyDeliveriesError extends Error {
  override readonly name = 'TooManyDeliveriesError';
  readonly deliveries: number;
  readonly most = MOST_DELIVERIES;

  constructor(deliveries: number) {
    super(`the events would make ${deliveries} deliveries; at most ${MOST_DELIVERIES} can be made at once`);
    this.deliveries = deliveries;
  }
}

/** A batch closes at 8 MiB, each event counted with a surcharge for its rows. */
const MAX_WEIGHT = 8 * 1024 * 1024;
const ROW_WEIGHT = 8 * 1024;

/** Events that give way are stored an eighth of the time, at least ten times a second. */
const GIVE_WAY = { gap: 8, longestGapMs: 100 };

/** Of a request with so many events it is asked first how many deliveries they make. */
const COUNTED_EVENTS = 16;
/** A request that makes more deliveries is stored apart, in parts of so many. */
const PART_DELIVERIES = 5_000;
const MOST_DELIVERIES = 200_000;
const STATEMENT_TIMED_OUT = '57014';

/**
 * Requests that arrive together share a statement and its commit; all events of one request are in the same one. Owners with many events
 * gather longer while others have few, which then find the machine less busy. What makes very many deliveries shares with nobody: it has
 * a transaction of its own, with a statement for each part.
 */
export function createIntake(pool: pg.Pool): Intake {
  const recalls = new Recalls(pool);
  const fanOuts = new FanOuts(pool);
  const store = new EventStore(pool);
  const options = {
    maxItems: 512,
    maxWaiting: 10_000,
    maxWeight: MAX_WEIGHT,
    weigh: (emissions: Emission[]) =>
      emissions.reduce((sum, emission) => sum + Buffer.byteLength(emission.body) + ROW_WEIGHT, 0),
    run: storeTogether,
  };
  const prompt = new Batcher(options);
  const patient = new Batcher({ ...options, ...GIVE_WAY });
  const bulky = new Batcher<Parts, EmitResult[]>({
    maxItems: 1,
    maxWaiting: 100,
    run: async ([parts]) => [complete(parts!.flat(), await store.storeInParts(parts!))],
  });
  const owners = new BusyOwners();

  async function storeTogether(requests: Emission[][]): Promise<Result[]> {
    let stored: Stored[];
    try {
      stored = await store.store(requests.flat());
    } catch (error) {
      if ((error as { code?: unknown }).code !== STATEMENT_TIMED_OUT) throw error;
      // One of them is too large, or the database too busy: each by itself.
      return requests.map((request) => storeApart(request));
    }
    let position = 0;
    return requests.map((request) => complete(request, stored.slice(position, (position += request.length))));
  }

  async function storeApart(emissions: Emission[]): Promise<EmitResult[]> {
    return await bulky.add(partsOf(emissions, await fanOuts.count(emissions)));
  }

  function complete(request: Emission[], stored: Stored[]): Result {
    stored.forEach((result, index) => {
      if (result?.kind === 'accepted') fanOuts.note(request[index]!, result.deliveries.length);
    });
    if (stored.every((result) => result !== null)) return stored;
    return Promise.all(stored.map(async (result, index) => result ?? (await recalls.of(request[index]!))));
  }

  return {
    async emit(emissions) {
      const { platform, orgId } = emissions[0]!;
      const givesWay = owners.note(`${platform}\n${orgId}`, emissions.length, performance.now());
      if (emissions.length >= COUNTED_EVENTS || fanOuts.seen(emissions) > PART_DELIVERIES) {
        const parts = partsOf(emissions, await fanOuts.count(emissions));
        if (parts.length > 1) return await bulky.add(parts);
      }
      return await (givesWay ? patient : prompt).add(emissions);
    },
  };
}

/** Events of one request, in their order. */
type Parts = Emission[][];
type Result = EmitResult[] | Promise<EmitResult[]>;

/** @throws TooManyDeliveriesError */
function partsOf(emissions: Emission[], deliveries: number[]): Parts {
  const total = deliveries.reduce((sum, count) => sum + count, 0);
  if (emissions.length > 1 && total > MOST_DELIVERIES) throw new TooManyDeliveriesError(total);
  const parts: Parts = [];
  let size = Infinity;
  emissions.forEach((emission, index) => {
    size += deliveries[index]!;
    if (size > PART_DELIVERIES) {
      parts.push([]);
      size = deliveries[index]!;
    }
    parts.at(-1)!.push(emission);
  });
  return parts;
}
