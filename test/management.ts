import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import type { System } from './system.ts';

const WEBHOOKS = '/api/urpa/integrations/webhooks';
const KEYS = '/api/admin/keys';
const WEBHOOK = { url: 'http://127.0.0.1:9/managed', events: ['taskjuggler.synced'] };

/** The maximum number of connections of all pools and listeners: 17 for an API, 18 for a worker. */
const API_CONNECTIONS = 17;
const WORKER_CONNECTIONS = 18;

/** Checks after an outage that the API manages webhooks, deliveries and keys, and that no connection is stuck in a transaction. */
export async function expectManageable(system: System): Promise<void> {
  const faults = await manage(system);
  expect(faults).toEqual([]);
  const limit = API_CONNECTIONS + WORKER_CONNECTIONS * system.livingWorkers().length;
  await eventually(async () => {
    const [row] = await system.sql(CONNECTIONS);
    expect(row!['left']).toBe(0);
    expect(row!['all']).toBeLessThanOrEqual(limit);
    return true;
  });
}

/** Makes several calls, one after the other. Returns those that failed. */
export async function manage(system: System): Promise<string[]> {
  const faults: string[] = [];
  const call = async (wanted: number, method: string, path: string, body?: unknown) => {
    const answer = await system.call(method, path, body);
    if (answer.status !== wanted) faults.push(`${method} ${path} was answered ${answer.status}`);
    return answer.body;
  };
  const { id } = (await call(201, 'POST', WEBHOOKS, WEBHOOK)) ?? {};
  await call(200, 'PUT', `${WEBHOOKS}/${id}`, { description: 'after the outage' });
  await call(200, 'POST', `${WEBHOOKS}/${id}/pause`);
  await call(200, 'POST', `${WEBHOOKS}/${id}/resume`);
  await call(204, 'DELETE', `${WEBHOOKS}/${id}`);
  const key =
    (await call(201, 'POST', KEYS, { name: 'after the outage', platform: 'urpa', scopes: ['events:read'] })) ?? {};
  await call(204, 'DELETE', `${KEYS}/${key.id}`);
  return faults;
}

/** `left`: in an idle transaction for a second. */
const CONNECTIONS = `
  select count(*)::int as all,
    (count(*) filter (where state like 'idle in transaction%' and state_change < now() - interval '1 s'))::int as left
  from pg_stat_activity where datname = current_database() and application_name like 'posthorn%'`;
