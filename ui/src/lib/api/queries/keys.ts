import { queryOptions } from '@tanstack/svelte-query';
import { api, read } from '../client.ts';
import { KEYS } from '../keys.ts';

export const keysQuery = queryOptions({
  queryKey: [KEYS.keys],
  queryFn: async ({ signal }) => (await read(api.api.admin.keys.$get({}, { init: { signal } }))).data,
});

/** The request body for a new key. */
export type KeyInput = Parameters<typeof api.api.admin.keys.$post>[0]['json'];

export function createKey(input: KeyInput) {
  return read(api.api.admin.keys.$post({ json: input }));
}

export async function revokeKey(id: string): Promise<void> {
  await api.api.admin.keys[':id'].$delete({ param: { id } });
}
