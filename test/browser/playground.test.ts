import { describe, expect } from 'vitest';
import { openAs, test } from './dashboard.ts';

describe('the playground', () => {
  test('emits an event from its form and shows its delivery', async ({ page, system, receiver }) => {
    await system.register(receiver.url);
    await openAs(page, system.adminKey, '/');
    await page.getByRole('link', { name: 'Playground' }).click();
    await page.getByLabel('Platform', { exact: true }).selectOption('URPA');
    await page.getByLabel('Event type', { exact: true }).selectOption('activity.created');
    await page.getByLabel('title', { exact: true }).fill('Call back about the Lyon office');
    const curl = await page.getByRole('region', { name: 'curl command' }).textContent();
    expect(curl).toContain('Call back about the Lyon office');
    await page.getByRole('button', { name: 'Send event' }).click();

    const answer = page.getByRole('region', { name: 'Response' });
    await answer.getByText('202 Accepted').waitFor();
    await answer.getByRole('listitem').filter({ hasText: receiver.url }).getByText('Delivered').waitFor();
    expect(receiver.arrivals.map(({ body }) => JSON.parse(body).data.title)).toEqual([
      'Call back about the Lyon office',
    ]);
  });

  test('explains why no webhook got an event', async ({ page, system, receiver }) => {
    await system.register(receiver.url);
    await openAs(page, system.adminKey, '/playground?from=urpa&event=ai_task.created');
    await page.getByRole('button', { name: 'Send event' }).click();
    const answer = page.getByRole('region', { name: 'Response' });
    await answer.getByText('No subscribed webhook').waitFor();
    const reason = answer.getByRole('listitem').filter({ hasText: receiver.url });
    await reason.getByText(/subscribed to/).waitFor();
    expect(receiver.arrivals).toHaveLength(0);
  });
});
