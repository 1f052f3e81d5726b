import { describe, expect } from 'vitest';
import type { System } from '../system.ts';
import { status } from '../receiver.ts';
import { openAs, test } from './dashboard.ts';

const organization = (orgId: string) => `/api/coordinator/organizations/${orgId}`;

async function makeKey(system: System, fields: Record<string, unknown>): Promise<string> {
  const { status: code, body } = await system.call('POST', '/api/admin/keys', { name: 'narrow', ...fields });
  expect(code).toBe(201);
  return body.key;
}

/** Registers a webhook of a 4Calls organization, emits an event for it and returns the delivery's id. */
async function deliverFor(system: System, orgId: string, url: string): Promise<string> {
  await system.call('POST', `${organization(orgId)}/webhooks`, { url, events: ['contact.created'] });
  const { body } = await system.call('POST', `${organization(orgId)}/events`, {
    event: 'contact.created',
    data: { id: '1' },
  });
  return body.deliveries[0].id;
}

describe('access rights of keys', () => {
  test("an organization's key sees only that organization, whatever the URL", async ({ page, system, receiver }) => {
    const own = await deliverFor(system, 'org-amber', `${receiver.url}/amber`);
    const foreign = await deliverFor(system, 'org-birch', `${receiver.url}/birch`);
    const key = await makeKey(system, {
      platform: '4calls',
      org_id: 'org-amber',
      scopes: ['webhooks:read', 'webhooks:write', 'events:read', 'events:write'],
    });
    await openAs(page, key, '/deliveries');
    await page.getByRole('link', { name: `contact.created to ${receiver.url}/amber` }).waitFor();
    await page.getByText('End of the list.').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByText('org-amber', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Platform and organization' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Keys' }).count()).toBe(0);

    await page.goto(`/deliveries/${own}`);
    await page.getByRole('heading', { level: 1, name: 'contact.created' }).waitFor();
    for (const path of [`/deliveries/${foreign}`, '/keys', '/audit']) {
      await page.goto(path);
      await page.getByText('Page not found').waitFor();
    }
    await page.goto('/deliveries?platform=4calls&org_id=org-birch');
    await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    await page.getByText('org-amber', { exact: true }).waitFor();
    expect(await page.getByText('birch').count()).toBe(0);
    const answer = await page.request.get(`${organization('org-birch')}/webhooks`);
    expect(answer.status()).toBe(404);
  });

  test('a read-only key sees no buttons for changes, and the API refuses changes', async ({
    page,
    system,
    receiver,
  }) => {
    receiver.answer(status(500));
    const { id: webhook } = await system.register(receiver.url);
    const [id = ''] = await system.emit();
    await system.reaches(id, 'retrying');
    const key = await makeKey(system, { platform: 'urpa', scopes: ['webhooks:read', 'events:read'] });

    await openAs(page, key, `/deliveries?webhook_id=${webhook}`);
    await page.getByRole('link', { name: `activity.created to ${receiver.url}` }).waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Retry (now|all)/ }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Playground' }).count()).toBe(0);
    await page.getByRole('link', { name: `activity.created to ${receiver.url}` }).click();
    await page.getByRole('region', { name: 'Next attempt' }).waitFor();
    for (const name of ['Retry now', 'Cancel']) expect(await page.getByRole('button', { name }).count()).toBe(0);

    const own = { origin: system.apiUrl };
    const retry = await page.request.post(`/api/urpa/webhooks/events/${id}/retry`, { headers: own });
    expect([retry.status(), (await retry.json()).code]).toEqual([403, 'forbidden']);
    const pause = await page.request.post(`/api/urpa/integrations/webhooks/${webhook}/pause`, { headers: own });
    expect([pause.status(), (await pause.json()).code]).toEqual([403, 'forbidden']);
    expect(receiver.of(id)).toHaveLength(1);
  });
});
