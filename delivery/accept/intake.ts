import type pg from 'pg';
import { Batcher } from '../../core/batcher.ts';
import { BusyOwners } from './busy-owners.ts';
import type { Emission, EmitResult } from './emission.ts';
import { FanOuts } from './fan-outs.ts';
import { Recalls } from './idempotent-replays.ts';
import { EventStore, type Stored } from './store-events.ts';
import { MOST_DELIVERIES, TooManyDeliveriesError } from './too-many-deliveries.ts';

/** Accepts events. Resolves after the commit. If it rejects, nothing is stored. */
export interface Intake {
  /** @throws OverloadedError, TooManyDeliveriesError, LateError, or the database's error */
  emit(emissions: Emission[]): Promise<EmitResult[]>;
  /** Requests that wait for a statement. */
  readonly waiting: number;
}

/** A batch is closed at 8 MiB, with a surcharge per event for its rows. */
const MAX_WEIGHT = 8 * 1024 * 1024;
const ROW_WEIGHT = 8 * 1024;

/** Events of busy owners are stored in an eighth of the statements, at least ten times a second. */
const GIVE_WAY = { gap: 8, longestGapMs: 100 };

/** For requests with at least this many events, the deliveries are counted first. */
const COUNTED_EVENTS = 16;
/** A request with more deliveries is large: it gets a transaction of its own, in parts of this size. */
const PART_DELIVERIES = 5_000;
const STATEMENT_TIMED_OUT = '57014';

/**
 * Requests that arrive together share a statement and its commit. All events of one request are in the same statement. Under contention,
 * events of busy owners are batched for longer so that others are not delayed. A request with very many deliveries has
 * a transaction of its own, with a statement for each part. `onCommit` is called with the events of each commit and its duration in seconds.
 */
export function createIntake(pool: pg.Pool, onCommit: (events: number, seconds: number) => void = () => {}): Intake {
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
  const apart = new Batcher<Parts, EmitResult[]>({
    maxItems: 1,
    maxWaiting: 100,
    run: async ([parts]) => [complete(parts!.flat(), await timed(parts!.flat(), () => store.storeInParts(parts!)))],
  });
  const owners = new BusyOwners();

  async function storeTogether(requests: Emission[][]): Promise<Result[]> {
    try {
      return await storeShared(requests);
    } catch (error) {
      if ((error as { code?: unknown }).code !== STATEMENT_TIMED_OUT) throw error;
      return await storeWithoutLarge(requests, error);
    }
  }

  async function storeShared(requests: Emission[][]): Promise<Result[]> {
    const emissions = requests.flat();
    const stored = await timed(emissions, () => store.store(emissions));
    let position = 0;
    return requests.map((request) => complete(request, stored.slice(position, (position += request.length))));
  }

  /** After a timeout: stores large requests separately and the others once more. If none is large, the database is too slow for all of them. */
  async function storeWithoutLarge(requests: Emission[][], error: unknown): Promise<Result[]> {
    const counts = await fanOuts.count(requests.flat());
    let position = 0;
    const sized = requests.map((request) => sizeOf(request, counts.slice(position, (position += request.length))));
    if (!sized.some(({ isLarge }) => isLarge)) throw error;
    const smallOnes = sized.filter(({ isLarge }) => !isLarge).map(({ request }) => request);
    const small = smallOnes.length > 0 ? await storeShared(smallOnes) : [];
    return sized.map((one) => (one.isLarge ? storeApart(one) : small.shift()!));
  }

  /** @throws TooManyDeliveriesError */
  async function storeApart({ request, deliveries, total }: Sized): Promise<EmitResult[]> {
    if (request.length > 1 && total > MOST_DELIVERIES) throw new TooManyDeliveriesError(total);
    return await apart.add(partsOf(request, deliveries));
  }

  async function timed(emissions: Emission[], run: () => Promise<Stored[]>): Promise<Stored[]> {
    const begun = performance.now();
    const stored = await run();
    onCommit(emissions.length, (performance.now() - begun) / 1_000);
    return stored;
  }

  function complete(request: Emission[], stored: Stored[]): Result {
    stored.forEach((result, index) => {
      if (result?.kind === 'accepted') fanOuts.note(request[index]!, result.deliveries.length);
    });
    if (stored.every((result) => result !== null)) return stored;
    return Promise.all(stored.map(async (result, index) => result ?? (await recalls.of(request[index]!))));
  }

  return {
    get waiting() {
      return prompt.size + patient.size + apart.size;
    },
    async emit(emissions) {
      const { platform, orgId } = emissions[0]!;
      const givesWay = owners.note(`${platform}\n${orgId}`, emissions.length, performance.now());
      if (emissions.length >= COUNTED_EVENTS || fanOuts.seen(emissions) > PART_DELIVERIES) {
        const sized = sizeOf(emissions, await fanOuts.count(emissions));
        if (sized.isLarge) return await storeApart(sized);
      }
      return await (givesWay ? patient : prompt).add(emissions);
    },
  };
}

type Result = EmitResult[] | Promise<EmitResult[]>;

/** A request with the number of deliveries of each of its events. */
interface Sized {
  request: Emission[];
  deliveries: number[];
  total: number;
  isLarge: boolean;
}

function sizeOf(request: Emission[], deliveries: number[]): Sized {
  const total = deliveries.reduce((sum, count) => sum + count, 0);
  return { request, deliveries, total, isLarge: total > PART_DELIVERIES };
}

/** Events of one request, in their order. */
type Parts = Emission[][];

function partsOf(emissions: Emission[], deliveries: number[]): Parts {
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
