import { eventually } from '../eventually.ts';
import { startReceiver } from '../receiver.ts';
import { System } from '../system.ts';
import { recountPast, writePast } from './history.ts';

const URPA = { webhooks: '/api/urpa/integrations/webhooks', base: '/api/urpa' };
const organization = (orgId: string) => {
  const base = `/api/coordinator/organizations/${orgId}`;
  return { webhooks: `${base}/webhooks`, base };
};
const LINDNER = organization('praxis-lindner');
const WEST = organization('dental-west');

/** Webhooks that only have past deliveries: their event types are not emitted. */
const PASTS = [
  { owner: URPA, url: 'https://crm.northwind.example/hooks/urpa', description: 'CRM', count: 260, failing: 0.01 },
  {
    owner: URPA,
    url: 'https://warehouse.northwind.example/events',
    description: 'Data warehouse',
    headers: { 'X-Team': 'data', Authorization: 'Bearer 5f0c2a' },
    count: 140,
    failing: 0.12,
  },
  {
    owner: LINDNER,
    url: 'https://calendar.praxis-lindner.example/appointments',
    description: 'Calendar',
    count: 120,
    failing: 0,
  },
  { owner: WEST, url: 'https://hooks.dental-west.example/4calls', description: 'Reception', count: 90, failing: 0.05 },
];

const TASKS = ['Summarise the call', 'Draft the offer', 'Find the contract'];

/** The task receiver's responses to the first attempts, the second ones, and so on. */
const ANSWERS = [
  { code: 503, body: { error: 'maintenance', retry_after: 'a few minutes' } },
  { code: 500, body: { error: 'out of memory', worker: 'ai-7' } },
  { code: 429, body: { error: 'too many requests' } },
];

/** A system as on a normal working day: some webhooks fail, one is paused, and there are two organizations besides URPA. */
export async function startShowcase(): Promise<System> {
  const system = await System.start();
  for (const { owner, count, failing, ...fields } of PASTS) {
    const events = owner === URPA ? ['contact.created', 'contact.updated'] : ['contact.created', 'appointment.created'];
    const id = await register(system, owner.webhooks, { ...fields, events });
    await writePast(system, id, { count, failing });
    if (fields.headers) await system.call('POST', `${owner.webhooks}/${id}/secret/rotate`);
  }
  await recountPast(system);
  await addPaused(system);
  await addFailing(system);
  await addKeys(system);
  return system;
}

async function register(system: System, path: string, fields: Record<string, unknown>): Promise<string> {
  const { status, body } = await system.call('POST', path, fields);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
}

/** A paused webhook with held deliveries, and a webhook that is turned off. */
async function addPaused(system: System): Promise<void> {
  const held = { url: 'https://campaigns.praxis-lindner.example/started', events: ['campaign.started'] };
  const id = await register(system, LINDNER.webhooks, held);
  await system.call('POST', `${LINDNER.webhooks}/${id}/pause`);
  for (const name of ['Recall autumn', 'Flu vaccination', 'Check-up 2027']) {
    await system.call('POST', `${LINDNER.base}/events`, { event: 'campaign.started', data: { name } });
  }
  const off = { url: 'https://legacy.northwind.example/webhook.php', events: ['contact.created'], active: false };
  await register(system, URPA.webhooks, off);
}

/** A webhook with deliveries in backoff, one of them after three attempts, and an event without a subscribed webhook. */
async function addFailing(system: System): Promise<void> {
  const receiver = await startReceiver();
  receiver.answer((_arrival, response, count) => {
    const { code, body } = ANSWERS[Math.floor((count - 1) / TASKS.length) % ANSWERS.length]!;
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await register(system, URPA.webhooks, { url: `${receiver.url}/ai-tasks`, events: ['ai_task.created'] });
  const ids: string[] = [];
  for (const title of TASKS) {
    ids.push(...(await system.emit({ id: '4711', title, status: 'pending', priority: 'high' }, 'ai_task.created')));
  }
  await Promise.all(ids.map((id) => attempted(system, id, 1)));
  const filter = { event: 'ai_task.created', status: ['retrying'] };
  await system.call('POST', `${URPA.base}/webhooks/events/retry`, { filter });
  await Promise.all(ids.map((id) => attempted(system, id, 2)));
  for (const id of ids) await system.retry(id);
  await Promise.all(ids.map((id) => attempted(system, id, 3)));
  await system.emit({ id: '12', project: 'Move to Lyon' }, 'taskjuggler.synced');
}

async function attempted(system: System, id: string, attempts: number): Promise<void> {
  await eventually(async () => {
    const delivery = await system.delivery(id);
    return delivery.status === 'retrying' && delivery.attempts === attempts;
  });
}

async function addKeys(system: System): Promise<void> {
  const keys = [
    { name: 'CRM', platform: 'urpa', scopes: ['events:write'] },
    { name: 'Praxis Lindner', platform: '4calls', org_id: 'praxis-lindner', scopes: ['webhooks:read', 'events:read'] },
    { name: 'Operations', platform: 'urpa', scopes: ['webhooks:write', 'events:read', 'events:write'] },
  ];
  for (const key of keys) await system.call('POST', '/api/admin/keys', key);
}
