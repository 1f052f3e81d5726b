import { describe, expect } from 'vitest';
import { status } from '../receiver.ts';
import { openAs, test } from './dashboard.ts';

describe('one delivery', () => {
  test('shows the schedule of a failed delivery, and Retry now sends it', async ({ page, system, receiver }) => {
    receiver.answer(status(503));
    await system.register(receiver.url);
    const [id = ''] = await system.emit();
    await system.reaches(id, 'retrying');
    await openAs(page, system.adminKey, `/deliveries/${id}`);

    await page.getByRole('status').getByText('Retrying', { exact: true }).waitFor();
    const next = page.getByRole('region', { name: 'Next attempt' });
    await next.getByText('2 of 6', { exact: true }).waitFor();
    await next.getByText(/^[12]:\d\d$/).waitFor();
    expect(await next.getByRole('listitem').count()).toBe(4);
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByText('Accepted', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Attempts' }).getByText('Status 503').waitFor();

    receiver.answer(status(200));
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByRole('status').getByText('Delivered', { exact: true }).waitFor();
    await next.waitFor({ state: 'detached' });
    await timeline.getByText('Retry requested').waitFor();
    await page.getByRole('region', { name: 'Attempts' }).getByText('manual', { exact: true }).waitFor();
    expect(receiver.of(id)).toHaveLength(2);
  });

  test('is only sent again after a confirmation if it was delivered', async ({ page, system, receiver }) => {
    await system.register(receiver.url);
    const [id = ''] = await system.emit();
    await system.reaches(id, 'delivered');
    await openAs(page, system.adminKey, `/deliveries/${id}`);

    await page.getByRole('button', { name: 'Retry now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send it again?' });
    await dialog.getByRole('button', { name: 'Keep as it is' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(receiver.of(id)).toHaveLength(1);
    await page.getByRole('button', { name: 'Retry now' }).click();
    await dialog.getByRole('button', { name: 'Retry now' }).click();
    await page.getByRole('region', { name: 'Attempts' }).getByText('manual', { exact: true }).waitFor();
    expect(receiver.of(id)).toHaveLength(2);
  });

  test('can be cancelled and shows that', async ({ page, system, receiver }) => {
    receiver.answer(status(503));
    await system.register(receiver.url);
    const [id = ''] = await system.emit();
    await system.reaches(id, 'retrying');
    await openAs(page, system.adminKey, `/deliveries/${id}`);

    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the delivery' }).click();
    await page.getByRole('status').getByText('Cancelled', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor({ state: 'detached' });
    expect((await system.delivery(id)).status).toBe('cancelled');
  });
});
