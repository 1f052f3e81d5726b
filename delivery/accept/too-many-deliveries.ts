/** For a request with several events. */
export const MOST_DELIVERIES = 200_000;

/** A request would create more deliveries than one transaction may store. */
export class TooManyDeliveriesError extends Error {
  override readonly name = 'TooManyDeliveriesError';
  /** At least so many; each webhook with a filter may count less. */
  readonly deliveries: number;
  readonly most = MOST_DELIVERIES;

  constructor(deliveries: number) {
    super(`the events would make ${deliveries} deliveries; at most ${MOST_DELIVERIES} can be made at once`);
    this.deliveries = deliveries;
  }
}
