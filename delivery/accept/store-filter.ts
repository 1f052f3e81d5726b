import type { Execute } from '../../core/db/execute.ts';
import { requireFilter } from '../../core/domain/filter/read-filter.ts';
import { writeJsonPath } from './write-jsonpath.ts';

/** Stores a webhook's filter as events are matched with it; null: none. It must be valid. */
export async function storeFilterPath(execute: Execute, webhookId: string, filter: unknown): Promise<void> {
  const path = filter === null ? null : writeJsonPath(requireFilter(filter));
  await execute('update webhooks set filter_path = ?::jsonpath where id = ?', [path, webhookId]);
}
