import { queryOptions } from '@tanstack/svelte-query';
import type { Session } from '../../../../../core/contracts/session.ts';
import type { OwnerScope } from '../../scope.svelte.ts';
import { ownerApi } from '../client.ts';
import { KEYS } from '../keys.ts';

/** The path needs an organization id, but the event types do not depend on it. The organization need not exist. */
const ANY_ORGANIZATION = 'any';

/** The event types of the selected platform, or of all platforms that the key may see. */
export function eventTypesQuery(session: Session, owner: OwnerScope) {
  const platforms = session.platforms.filter(({ id }) => owner.platform === null || id === owner.platform);
  return queryOptions({
    queryKey: [KEYS.eventTypes, platforms.map(({ id }) => id)],
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const org_id = session.org_id ?? ANY_ORGANIZATION;
      const lists = await Promise.all(
        platforms.map(async ({ id: platform }) => {
          const { data } = await ownerApi(session, { platform, org_id }).eventTypes.list({ signal });
          return data.map((eventType) => ({ platform, ...eventType }));
        }),
      );
      return lists.flat();
    },
  });
}
