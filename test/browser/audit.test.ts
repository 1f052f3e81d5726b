import { describe, expect } from 'vitest';
import { openAs, test } from './dashboard.ts';

describe('the audit log', () => {
  test("a webhook's page links to its audit entries, including the latest action", async ({
    page,
    system,
    receiver,
  }) => {
    await system.register(`${receiver.url}/other`);
    const { id } = await system.register(receiver.url);
    await openAs(page, system.adminKey, `/webhooks/${id}`);
    const card = page.getByRole('listitem').filter({ hasText: 'the webhook' });
    await card.filter({ hasText: 'registered' }).waitFor();
    await page.getByRole('button', { name: 'Send test event' }).click();
    await card.filter({ hasText: 'sent a test of' }).waitFor();

    await page.getByRole('link', { name: 'All audit entries of this webhook' }).click();
    await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
    await page.getByText('End of the list.').waitFor();
    const entries = page.getByRole('main').getByRole('listitem');
    expect(await entries.filter({ hasText: receiver.url }).count()).toBe(2);
    expect(await entries.count()).toBe(2);
  });

  test('shows what others have done since the last visit', async ({ page, system }) => {
    await openAs(page, system.adminKey, '/audit');
    await page.getByRole('heading', { level: 1, name: 'Audit log' }).waitFor();
    await page.getByText('Loading', { exact: true }).waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Keys', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
    await system.call('POST', '/api/admin/keys', { name: 'meanwhile', platform: 'urpa', scopes: ['events:write'] });
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('listitem').filter({ hasText: 'created the key meanwhile' }).waitFor();
  });
});
