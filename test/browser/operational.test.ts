import { describe, expect } from 'vitest';
import { eventually } from '../eventually.ts';
import { openAs, test } from './dashboard.ts';

describe('operational events', () => {
  test('a webhook is registered for everything or for an organization, and tried', async ({
    page,
    system,
    receiver,
  }) => {
    await openAs(page, system.adminKey, '/webhooks/new');
    await page.getByLabel('Platform', { exact: true }).selectOption('Posthorn');
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByRole('checkbox', { name: 'delivery.failed' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhook registered' }).waitFor();
    await page.getByRole('button', { name: 'Send test event' }).click();
    await page.getByText(/^Accepted with 200 after/).waitFor();
    expect(receiver.arrivals[0]!.headers['x-posthorn-event']).toBe('delivery.failed');

    await page.getByRole('button', { name: 'Register another' }).click();
    await page.getByLabel('Platform', { exact: true }).selectOption('Posthorn');
    await page.getByLabel('Organization').fill('org-42');
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByRole('checkbox', { name: 'webhook.recovered' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhook registered' }).waitFor();
    const { body } = await system.call('GET', '/api/posthorn/organizations/org-42/webhooks');
    expect(body.data).toMatchObject([{ org_id: 'org-42', events: ['webhook.recovered'] }]);
  });

  test('are selected by platform and organization, and cannot be emitted', async ({ page, system, receiver }) => {
    const events = ['delivery.failed'];
    for (const base of ['/api/posthorn', '/api/posthorn/organizations/org-43']) {
      const { body } = await system.call('POST', `${base}/webhooks`, { url: receiver.url, events });
      await system.call('POST', `${base}/webhooks/${body.id}/test`, {});
    }
    await openAs(page, system.adminKey, '/events');
    await page.getByRole('link', { name: 'Emit an event …' }).waitFor();
    await page.getByRole('button', { name: /^Platform and organization/ }).click();
    await page
      .getByLabel('Platform and organization', { exact: true })
      .getByRole('link', { name: 'Posthorn', exact: true })
      .click();
    const rows = page.getByRole('row').filter({ hasText: 'delivery.failed' });
    await rows.nth(1).waitFor();
    expect(await page.getByRole('link', { name: 'Emit an event …' }).count()).toBe(0);
    await page.getByRole('button', { name: /^Platform and organization/ }).click();
    await page.getByRole('link', { name: /^org-43/ }).click();
    await page.waitForURL(/org_id=org-43/);
    await eventually(async () => (await rows.count()) === 1);
    await rows.getByRole('link', { name: 'delivery.failed' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'delivery.failed' }).waitFor();
    expect(await page.getByRole('link', { name: 'Emit a copy …' }).count()).toBe(0);
    await page.goto('/playground?platform=posthorn');
    const platforms = page.getByLabel('Platform', { exact: true });
    await platforms.waitFor();
    expect(await platforms.getByRole('option').allTextContents()).toEqual(['URPA', '4Calls']);
  });
});
