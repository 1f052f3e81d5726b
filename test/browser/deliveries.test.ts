import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { status } from '../receiver.ts';
import { openAs, test } from './dashboard.ts';

const ONE_ATTEMPT = { retry_policy: { maximum_attempts: 1 } };

const linkTo = (page: Page, url: string, event = 'activity.created') =>
  page.getByRole('link', { name: `${event} to ${url}` });

describe('the list of deliveries', () => {
  test('shows new deliveries without a reload', async ({ page, system, receiver }) => {
    await openAs(page, system.adminKey, '/deliveries');
    let loads = 0;
    page.on('load', () => loads++);
    await page.getByRole('status').getByText('Live').waitFor();

    await system.register(receiver.url);
    await system.emit();
    const row = page.getByRole('row').filter({ has: linkTo(page, receiver.url) });
    await row.getByRole('cell', { name: 'Delivered' }).waitFor();
    expect(loads).toBe(0);
    expect(receiver.arrivals).toHaveLength(1);
  });

  test('keeps its filters in the URL across a reload and Back', async ({ page, system, receiver }) => {
    const { id } = await system.register(receiver.url, ONE_ATTEMPT);
    const [delivered = ''] = await system.emit();
    await system.reaches(delivered, 'delivered');
    receiver.answer(status(500));
    const [failed = ''] = await system.emit({ id: '2' }, 'contact.created');
    await system.reaches(failed, 'failed');
    await openAs(page, system.adminKey, '/deliveries');

    await page.getByRole('group', { name: 'Status' }).getByRole('button', { name: 'Failed' }).click();
    await page.getByLabel('Webhook', { exact: true }).selectOption({ label: receiver.url });
    const narrowed = async () => {
      await linkTo(page, receiver.url, 'contact.created').waitFor();
      await linkTo(page, receiver.url).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Failed', pressed: true }).waitFor();
      expect(await page.getByLabel('Webhook', { exact: true }).inputValue()).toBe(id);
    };
    await narrowed();
    await page.reload();
    await narrowed();
    await linkTo(page, receiver.url, 'contact.created').click();
    await page.getByRole('heading', { level: 1, name: 'contact.created' }).waitFor();
    await page.goBack();
    await narrowed();
    expect(new URL(page.url()).search).toBe(`?status=failed&webhook_id=${id}`);
  });

  test('can be navigated, opened and retried by keyboard alone', async ({ page, system, receiver }) => {
    receiver.answer(status(500));
    const { id } = await system.register(receiver.url);
    const [older = ''] = await system.emit();
    const [newer = ''] = await system.emit({ id: '2' }, 'contact.created');
    await Promise.all([system.reaches(older, 'retrying'), system.reaches(newer, 'retrying')]);
    await openAs(page, system.adminKey, `/deliveries?webhook_id=${id}`);
    const [first, second] = [linkTo(page, receiver.url, 'contact.created'), linkTo(page, receiver.url)];
    await first.waitFor();

    const isFocused = () => page.locator(':focus');
    await page.keyboard.press('j');
    await isFocused().and(first).waitFor();
    await page.keyboard.press('j');
    await isFocused().and(second).waitFor();
    await page.keyboard.press('ArrowUp');
    await isFocused().and(first).waitFor();
    receiver.answer(status(200));
    await page.keyboard.press('r');
    await page.getByRole('row').filter({ has: first }).getByRole('cell', { name: 'Delivered' }).waitFor();

    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'activity.created' }).waitFor();
    await page.keyboard.press('r');
    await page.getByRole('status').getByText('Delivered', { exact: true }).waitFor();
    expect(receiver.arrivals).toHaveLength(4);
  });

  test('retries all matches, showing the count before and the progress afterwards', async ({
    page,
    system,
    receiver,
  }) => {
    receiver.answer(status(503));
    const { id } = await system.register(receiver.url, ONE_ATTEMPT);
    const failed = (await Promise.all([1, 2, 3].map((number) => system.emit({ id: String(number) })))).flat();
    await Promise.all(failed.map((delivery) => system.reaches(delivery, 'failed')));
    receiver.answer(status(200));
    await openAs(page, system.adminKey, `/deliveries?webhook_id=${id}`);

    await page.getByRole('button', { name: 'Retry all that match …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry all that match' });
    await dialog.getByText('3 deliveries', { exact: true }).waitFor();
    expect(receiver.arrivals).toHaveLength(3);
    await dialog.getByRole('button', { name: 'Retry 3 deliveries' }).click();
    const progress = page.getByRole('region', { name: 'Recovery' });
    await progress.getByText('3 of 3').waitFor();
    await progress.getByText('Retried', { exact: true }).waitFor();
    await page.getByRole('cell', { name: 'Delivered' }).nth(2).waitFor();
    expect(receiver.arrivals).toHaveLength(6);
  });

  test('finds deliveries and events by a value in their payload', async ({ page, system, receiver }) => {
    await system.register(receiver.url);
    const [sought = ''] = await system.emit({ id: 'A-4711' }, 'contact.created');
    await system.emit({ id: 'A-4712' });
    await openAs(page, system.adminKey, '/deliveries');
    await linkTo(page, receiver.url).waitFor();
    const field = page.getByRole('search').getByRole('searchbox');
    await field.fill(' a-4711 ');
    await field.press('Enter');
    await linkTo(page, receiver.url).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Retry all that match' }).waitFor({ state: 'detached' });
    await linkTo(page, receiver.url, 'contact.created').click();
    expect(new URL(page.url()).pathname).toContain(sought);

    await openAs(page, system.adminKey, '/events');
    await field.fill('A-4711');
    await field.press('Enter');
    const events = page.getByRole('table', { name: 'Events' }).getByRole('row');
    await events.filter({ hasText: 'activity.created' }).first().waitFor({ state: 'detached' });
    await events.filter({ hasText: 'contact.created' }).waitFor();
    await page.getByRole('button', { name: 'With “A-4711”' }).click();
    await events.filter({ hasText: 'activity.created' }).first().waitFor();
  });

  test('retries only the selected deliveries', async ({ page, system, receiver }) => {
    receiver.answer(status(503));
    const { id } = await system.register(receiver.url, ONE_ATTEMPT);
    const [one = ''] = await system.emit();
    const [other = ''] = await system.emit({ id: '2' }, 'contact.created');
    await Promise.all([system.reaches(one, 'failed'), system.reaches(other, 'failed')]);
    receiver.answer(status(200));
    await openAs(page, system.adminKey, `/deliveries?webhook_id=${id}`);

    await page.getByRole('checkbox', { name: `Select the delivery of activity.created to ${receiver.url}` }).check();
    await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Retry selected …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry 1 delivery' }).click();
    await page.getByRole('region', { name: 'Recovery' }).getByText('1 of 1').waitFor();
    await system.reaches(one, 'delivered');
    expect(receiver.of(other)).toHaveLength(1);
  });
});
