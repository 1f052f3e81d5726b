import { describe, expect } from 'vitest';
import { crash } from '../system.ts';
import { openAs, test } from './dashboard.ts';

describe('the stream of changes', () => {
  test('reconnects after a kill of the API and shows what happened meanwhile', async ({ page, system, receiver }) => {
    const { id } = await system.register(receiver.url);
    await openAs(page, system.adminKey, `/deliveries?webhook_id=${id}`);
    const live = page.getByRole('status');
    await live.getByText('Live').waitFor();
    await page.getByText('No delivery matches').waitFor();

    await crash(system.api);
    await live.getByText('Offline').waitFor();
    await system.startApi();
    const missed = await system.emit();
    await page.getByRole('link', { name: `activity.created to ${receiver.url}` }).waitFor();
    await live.getByText('Live').waitFor();
    await system.emit({ id: '2' }, 'contact.created');
    await page.getByRole('link', { name: `contact.created to ${receiver.url}` }).waitFor();
    await expect.poll(() => missed.flatMap((delivery) => receiver.of(delivery)).length, { timeout: 15_000 }).toBe(1);
  });
});
