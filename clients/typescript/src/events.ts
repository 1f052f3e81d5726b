import type { OwnerApi } from './api.ts';
import { splitBatches } from './batches.ts';
import { newKey } from './runtime.ts';
import { pause, pauseAfter, type Retries } from './retries.ts';
import type {
  AcceptedEvent,
  BatchResult,
  EventInput,
  EventMap,
  EventOptions,
  RequestOptions,
  TypeOf,
} from './types.ts';

/** The members that the schema knows must be of their types; none is required, and others are welcome. Arrays are data, too. */
export type DataLike<Data> = Partial<Data> & object;

/** Emits events. Each has an idempotency key, so that a request that is repeated is accepted once. */
export class Events<Types extends EventMap> {
  private readonly api: OwnerApi;
  private readonly retries: Retries;

  constructor(api: OwnerApi, retries: Retries) {
    this.api = api;
    this.retries = retries;
  }

  /**
   * Returns after Posthorn has stored the event.
   * @throws ApiError, ConnectionError
   */
  emit<Type extends TypeOf<Types>, Data extends DataLike<Types[Type]>>(
    type: Type,
    data: Data,
    { idempotencyKey = newKey(), timestamp, ...options }: EventOptions & RequestOptions = {},
  ): Promise<AcceptedEvent> {
    const body = { event: type, data, timestamp };
    return this.api.call('emitEvent', { body, headers: { 'Idempotency-Key': idempotencyKey } }, options);
  }

  /**
   * Emits any number of events, in batches of up to 1,000. Each batch is stored as a whole or not at all; if one is refused, those before it
   * are stored.
   * @returns one result for each event, in order
   * @throws ApiError, ConnectionError
   */
  async emitBatch(
    events: Iterable<EventInput<TypeOf<Types>>> | AsyncIterable<EventInput<TypeOf<Types>>>,
    options?: RequestOptions,
  ): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    for await (const batch of splitBatches(events)) {
      for (const result of await this.emitItems(batch, options)) results.push(result);
    }
    return results;
  }

  /** Sends those again whose first answer could not be read at the moment. `items` are JSON. */
  private async emitItems(items: string[], options: RequestOptions | undefined): Promise<BatchResult[]> {
    const results = new Array<BatchResult>(items.length);
    let open = [...items.keys()];
    for (let number = 1; ; number++) {
      const body = `{"events":[${open.map((index) => items[index]).join(',')}]}`;
      const answer = await this.api.call('emitEvents', { body }, options);
      for (const [position, index] of open.entries()) results[index] = answer.results[position]!;
      open = open.filter((index) => isUnavailable(results[index]!));
      if (open.length === 0 || number >= this.retries.tries) return results;
      await pause(pauseAfter(this.retries, number, 0), options?.signal);
    }
  }
}

function isUnavailable(result: BatchResult): boolean {
  return 'error' in result && result.error.code === 'unavailable';
}
