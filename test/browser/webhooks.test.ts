import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { makeCertificate } from '../certificates.ts';
import { eventually } from '../eventually.ts';
import { status } from '../receiver.ts';
import { openAs, test } from './dashboard.ts';

async function fillIn(page: Page, url: string): Promise<void> {
  // The empty state has a second button.
  await page.getByRole('button', { name: 'New webhook' }).first().click();
  await page.getByLabel('Platform', { exact: true }).selectOption('URPA');
  await page.getByLabel('URL').fill(url);
  await page.getByLabel('Description').fill('Calendar');
  await page.getByRole('checkbox', { name: 'activity.created' }).check();
}

describe('webhooks', () => {
  test('are registered with a secret that is shown once and signs the deliveries', async ({
    page,
    system,
    receiver,
  }) => {
    await openAs(page, system.adminKey, '/webhooks');
    await fillIn(page, receiver.url);
    await page.getByText('This address is allowed.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhook registered' }).waitFor();
    const secret = (await page
      .getByRole('region', { name: 'Secret' })
      .getByText(/^whsec_/)
      .textContent())!.trim();

    await page.getByRole('button', { name: 'Send test event' }).click();
    await page.getByText(/^Accepted with 200 after/).waitFor();
    const [{ body, headers }] = receiver.arrivals as [(typeof receiver.arrivals)[0]];
    expect(headers['x-urpa-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'));

    await page.getByRole('link', { name: 'To the webhook' }).click();
    await page.getByRole('heading', { level: 1, name: receiver.url }).waitFor();
    expect(await page.getByText(secret).count()).toBe(0);
    await page.getByRole('link', { name: 'All webhooks' }).click();
    await page.getByRole('row').filter({ hasText: receiver.url }).getByText('Calendar').waitFor();
  });

  test('with a forbidden URL are refused before and after Save', async ({ page, system, receiver }) => {
    await openAs(page, system.adminKey, '/webhooks');
    await fillIn(page, 'http://169.254.169.254/latest');
    await page.getByText(/^Posthorn would refuse to send there/).waitFor();
    await page.getByLabel('URL').fill('ftp://example.com/');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').first().waitFor();
    expect(await page.getByLabel('URL').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhook registered' }).waitFor();
  });

  test('deliver in order, and a delivery says for which one it waits', async ({ page, system, receiver }) => {
    receiver.answer(status(500));
    await openAs(page, system.adminKey, '/webhooks');
    await fillIn(page, receiver.url);
    const field = page.getByLabel('Deliver one after the other with the same value at');
    await field.fill('id');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('must be a path to a value in the payload').first().waitFor();
    await field.fill('data.id');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhook registered' }).waitFor();
    await page.getByRole('link', { name: 'To the webhook' }).click();
    await page.getByText('by data.id').waitFor();

    const [first = ''] = await system.emit({ id: '7' });
    await system.reaches(first, 'retrying');
    const [second = ''] = await system.emit({ id: '7' });
    await openAs(page, system.adminKey, `/deliveries/${second}`);
    await page
      .getByRole('button', { name: 'Retry now' })
      .and(page.locator('[aria-disabled=true], :disabled'))
      .waitFor();
    await page.getByRole('link', { name: `…${first.slice(-12)}` }).click();
    await page.getByText('1 delivery with the same key waits behind it.').waitFor();
    receiver.answer(status(200));
    await system.retry(first);
    await system.reaches(second, 'delivered');
  });

  test('get the events that match a filter, which is tried while it is written', async ({ page, system, receiver }) => {
    for (const amount of [50, 150]) await system.emit({ id: '1', amount });
    await openAs(page, system.adminKey, '/webhooks');
    await fillIn(page, receiver.url);
    const field = page.getByLabel("Condition on the event's data");
    const problems = page.getByRole('list', { name: 'Problems of the filter' });
    await field.fill('{\n  "amount": {"$gte": true}\n}');
    await problems.getByText('amount.$gte must be a number or a string').waitFor();
    await problems.getByRole('button', { name: 'Line 2' }).click();
    await page.keyboard.type('"status": "x", ');
    expect(await field.inputValue()).toBe('{\n  "amount": {"status": "x", "$gte": true}\n}');
    await field.fill('{"amount": ');
    await problems.getByText('it is not valid JSON').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('Is not valid JSON.').waitFor();

    await field.fill('{"amount": {"$gte": 100}}');
    await page.getByRole('list', { name: 'Examples' }).getByText('does not match: amount is missing').waitFor();
    const last = page.getByRole('list', { name: 'Last events' }).getByRole('listitem');
    await last.filter({ hasText: 'does not match: amount is 50, not >= 100' }).waitFor();
    await last.getByText('matches', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhook registered' }).waitFor();

    const [delivery = ''] = await system.emit({ id: '2', amount: 100 });
    await system.reaches(delivery, 'delivered');
    const { body } = await system.call('POST', '/api/urpa/events', { event: 'activity.created', data: { amount: 99 } });
    expect(body.deliveries).toEqual([]);
    await page.goto(`/events/${body.id}`);
    await page.getByText('its filter did not match: amount is 99, not >= 100').waitFor();

    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByText('{"amount":{"$gte":100}}').waitFor();
    await page.getByRole('link', { name: 'Edit' }).click();
    expect(await field.inputValue()).toBe('{\n  "amount": {\n    "$gte": 100\n  }\n}');
    await page.getByRole('button', { name: 'Back to the default : Filter' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(await system.emit({ amount: 1 })).toHaveLength(1);
  });

  test('hold deliveries while paused and send them on resume', async ({ page, system, receiver }) => {
    const { id: webhook } = await system.register(receiver.url);
    await openAs(page, system.adminKey, `/webhooks/${webhook}`);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('status').getByText('Paused', { exact: true }).waitFor();

    const [id = ''] = await system.emit();
    const recent = page.getByRole('table', { name: 'Recent deliveries' });
    await recent.getByRole('cell', { name: 'Held' }).waitFor();
    expect(receiver.arrivals).toHaveLength(0);
    await page.getByRole('button', { name: 'Resume' }).click();
    await recent.getByRole('cell', { name: 'Delivered' }).waitFor();
    await page.getByRole('status').getByText('Active', { exact: true }).waitFor();
    await eventually(() => receiver.of(id).length === 1);
  });

  test('have a client certificate, whose key is not shown again', async ({ page, system, receiver }) => {
    const { cert, key } = makeCertificate(['client.example']);
    const { id } = await system.register(receiver.url);
    await openAs(page, system.adminKey, `/webhooks/${id}/edit`);
    const form = page.getByRole('region', { name: 'Client certificate' });
    await form.getByLabel('Certificate').fill(cert);
    await form.getByLabel('Private key').fill(makeCertificate(['other.example']).key);
    await page.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').filter({ hasText: 'Does not belong to the certificate' }).waitFor();
    await form.getByLabel('Private key').fill(key);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Edit' }).click();
    expect(await form.getByLabel('Private key').inputValue()).toBe('[redacted]');
    await form.getByLabel('Certificate').fill('');
    await form.getByLabel('Private key').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Edit' }).waitFor();
    const { body } = await system.call('GET', `/api/urpa/integrations/webhooks/${id}`);
    expect(body.client_certificate).toBeNull();
  });

  test('send headers of their own, edited row by row', async ({ page, system, receiver }) => {
    const { id } = await system.register(receiver.url, { headers: { Authorization: 'Bearer 4f2e1d0c' } });
    await openAs(page, system.adminKey, `/webhooks/${id}/edit`);
    const headers = page.getByRole('region', { name: 'Headers' });
    expect(await headers.getByLabel('Value of header 1').inputValue()).toBe('[redacted]');
    await headers.getByRole('button', { name: 'Add header' }).click();
    await headers.getByLabel('Name of header 2').fill('Host');
    await headers.getByLabel('Value of header 2').fill('billing');
    await page.getByRole('button', { name: 'Save' }).click();
    await headers.getByRole('alert').filter({ hasText: 'Belongs to the connection' }).waitFor();
    expect(await headers.getByLabel('Name of header 2').getAttribute('aria-invalid')).toBe('true');
    await headers.getByLabel('Name of header 2').fill('X-URPA-Team');
    await page.getByRole('button', { name: 'Save' }).click();
    await headers.getByRole('alert').filter({ hasText: 'Is set by Posthorn' }).waitFor();
    await headers.getByLabel('Name of header 2').fill('X-Team');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('X-Team: billing').waitFor();
    await page.getByText('Authorization: [redacted]').waitFor();

    const [first = ''] = await system.emit();
    await system.reaches(first, 'delivered');
    expect(receiver.of(first)[0]!.headers).toMatchObject({ authorization: 'Bearer 4f2e1d0c', 'x-team': 'billing' });
    await page.getByRole('link', { name: 'Edit' }).click();
    await headers.getByRole('button', { name: 'Remove header 1' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('X-Team: billing').waitFor();
    const [second = ''] = await system.emit();
    await system.reaches(second, 'delivered');
    expect(receiver.of(second)[0]!.headers).not.toHaveProperty('authorization');
  });

  test('rotate their secret: shown once, with both valid until the rotation is ended', async ({
    page,
    system,
    receiver,
  }) => {
    const { id, secret: old } = await system.register(receiver.url);
    const sign = (secret: string, body: string) => createHmac('sha256', secret).update(body).digest('hex');
    const send = async () => {
      const [delivery = ''] = await system.emit();
      await system.reaches(delivery, 'delivered');
      return receiver.of(delivery)[0]!;
    };
    await openAs(page, system.adminKey, `/webhooks/${id}`);
    const card = page.getByRole('region', { name: 'Secret' });
    await card.getByText('Kept encrypted, not shown.').waitFor();
    await card.getByRole('button', { name: 'Rotate secret' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rotate the secret?' });
    await dialog.getByLabel('Overlap').selectOption('1 hour');
    await dialog.getByLabel('New secret').fill('too short');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'at least 16 characters' }).waitFor();
    await dialog.getByLabel('New secret').fill('');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    const done = page.getByRole('dialog', { name: 'Secret rotated' });
    const secret = (await done.getByText(/^whsec_/).textContent())!.trim();
    await done.getByText('X-URPA-Signature-Next').waitFor();
    await done.getByRole('button', { name: 'Copy steps' }).waitFor();
    await done.getByRole('button', { name: 'Done' }).click();
    expect(await page.getByText(secret).count()).toBe(0);

    await card.getByText('Two secrets are valid.').waitFor();
    await card.getByText(/^0?:?59:\d\d$|^1:00:00$/).waitFor();
    const during = await send();
    expect(during.headers).toMatchObject({
      'x-urpa-signature': sign(old, during.body),
      'x-urpa-signature-next': sign(secret, during.body),
    });
    await card.getByRole('button', { name: 'End now' }).click();
    const confirm = page.getByRole('dialog', { name: 'End the rotation now?' });
    await confirm.getByRole('button', { name: 'End now' }).click();
    await card.getByText('Kept encrypted, not shown.').waitFor();
    const after = await send();
    expect(after.headers['x-urpa-signature']).toBe(sign(secret, after.body));
    const audit = page.getByRole('region', { name: 'Audit log' });
    await audit.getByText('ended the secret rotation of the webhook').waitFor();
  });

  test('are deleted after a confirmation that lists the consequences', async ({ page, system, receiver }) => {
    const { id } = await system.register(receiver.url);
    await openAs(page, system.adminKey, `/webhooks/${id}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this webhook?' });
    await dialog.getByText('Its history stays readable').waitFor();
    await dialog.getByRole('button', { name: 'Delete the webhook' }).click();
    await page.getByRole('status').getByText('Deleted', { exact: true }).waitFor();
    expect((await system.call('GET', `/api/urpa/integrations/webhooks/${id}`)).status).toBe(404);
  });
});
