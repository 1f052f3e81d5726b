import { keepPreviousData, queryOptions } from '@tanstack/svelte-query';
import type { CallOptions } from '../../../../../clients/typescript/src/posthorn.ts';
import type { RequestOptions } from '../../../../../clients/typescript/src/types.ts';
import type { Recovery } from '../../../../../core/contracts/recovery.ts';
import type { Counted } from '../../../../../core/domain/counted.ts';
import type { RecoverableStatus } from '../../../../../core/domain/recovery.ts';
import type { OwnerScope } from '../../scope.svelte.ts';
import { posthorn } from '../client.ts';
import { KEYS } from '../keys.ts';
import { ownerQuery } from '../owner-query.ts';

const PATH = '/api/dashboard/recoveries';

/** These are routes of the dashboard, over all owners that the session may see. */
async function send<Answer>(method: string, path: string, options?: CallOptions & RequestOptions): Promise<Answer> {
  return (await posthorn.call(method, path, options)) as Answer;
}

/** Which deliveries to retry. Omitted fields match all. */
export interface RecoveryFilter {
  platform?: string;
  org_id?: string;
  webhook_id?: string;
  event?: string;
  status: RecoverableStatus[];
  since?: string;
  until?: string;
  ids?: string[];
}

/** Counts the deliveries that match now. */
export function countRecovery(filter: RecoveryFilter, signal?: AbortSignal): Promise<Counted> {
  return send<Counted>('POST', PATH, { body: { filter, dry_run: true }, signal });
}

export function startRecovery(filter: RecoveryFilter, rate: number): Promise<Recovery> {
  return send<Recovery>('POST', PATH, { body: { filter, rate } });
}

interface RecoveryPage {
  data: Recovery[];
  next_cursor: string | null;
}

/** Newest first. Polled every two seconds while one of them is running. */
export function recoveriesQuery(owner: OwnerScope, cursor: string | null) {
  return queryOptions<RecoveryPage>({
    queryKey: [KEYS.recoveries, 'list', owner, cursor],
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.data.some((one) => one.state === 'running') ? 2000 : false),
    queryFn: ({ signal }) =>
      send<RecoveryPage>('GET', PATH, { query: { ...ownerQuery(owner), cursor, limit: 20 }, signal }),
  });
}

/** One recovery. Polled every second while it is running, in case a live message is lost. */
export function recoveryQuery(id: string) {
  return queryOptions<Recovery>({
    queryKey: [KEYS.recovery, id],
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 1000 : false),
    queryFn: ({ signal }) => send<Recovery>('GET', `${PATH}/${id}`, { signal }),
  });
}

export function steerRecovery(id: string, action: 'pause' | 'resume' | 'cancel'): Promise<Recovery> {
  return send<Recovery>('POST', `${PATH}/${id}/${action}`);
}
