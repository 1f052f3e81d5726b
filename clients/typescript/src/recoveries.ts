import type { OwnerApi } from './api.ts';
import type { Pages } from './pages.ts';
import type { PageQuery, Recovery, RecoveryCount, RecoveryFilter, RequestOptions } from './types.ts';

/** Retries of many deliveries. `start` is not repeated if it is not answered. */
export class Recoveries<Type extends string> {
  private readonly api: OwnerApi;

  constructor(api: OwnerApi) {
    this.api = api;
  }

  /** Retries the deliveries that match: the failed ones by default. `rate` is deliveries per second; default 1,000. */
  start(
    { filter = {}, rate }: { filter?: RecoveryFilter<Type>; rate?: number },
    options?: RequestOptions,
  ): Promise<Recovery> {
    return this.api.call('startRecovery', { body: { filter, rate } }, options) as Promise<Recovery>;
  }

  /** Counts the deliveries that `start` would retry. */
  count(filter: RecoveryFilter<Type> = {}, options?: RequestOptions): Promise<RecoveryCount> {
    return this.api.call('startRecovery', { body: { filter, dry_run: true } }, options) as Promise<RecoveryCount>;
  }

  /** Newest first. */
  list(query?: PageQuery, options?: RequestOptions): Pages<Recovery> {
    return this.api.list('listRecoveries', query, options);
  }

  /** With its progress. */
  get(id: string, options?: RequestOptions): Promise<Recovery> {
    return this.api.call('getRecovery', { id }, options);
  }

  /** `rate` is deliveries per second. */
  update(id: string, changes: { rate: number }, options?: RequestOptions): Promise<Recovery> {
    return this.api.call('updateRecovery', { id, body: changes }, options);
  }

  pause(id: string, options?: RequestOptions): Promise<Recovery> {
    return this.api.call('pauseRecovery', { id }, options);
  }

  resume(id: string, options?: RequestOptions): Promise<Recovery> {
    return this.api.call('resumeRecovery', { id }, options);
  }

  /** What it has retried already stays retried. */
  cancel(id: string, options?: RequestOptions): Promise<Recovery> {
    return this.api.call('cancelRecovery', { id }, options);
  }
}
