import { queryOptions } from '@tanstack/svelte-query';
import type { ApiKeyInput } from '../../../../../clients/typescript/src/types.ts';
import { posthorn } from '../client.ts';
import { KEYS } from '../keys.ts';

export const keysQuery = queryOptions({
  queryKey: [KEYS.keys],
  queryFn: async ({ signal }) => (await posthorn.keys.list({ signal })).data,
});

/** The platform is one of the session's. */
export function createKey(input: Omit<ApiKeyInput, 'platform'> & { platform: string | null }) {
  return posthorn.keys.create(input as ApiKeyInput);
}

export function revokeKey(id: string): Promise<void> {
  return posthorn.keys.revoke(id);
}
