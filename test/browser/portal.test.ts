import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import { eventually } from '../eventually.ts';
import { System } from '../system.ts';
import { openAs, onSystem } from './dashboard.ts';
import { withPreferences } from './own-profile.ts';
import { makeCertificate, startProduct, startTlsProxy, type Site } from './product-page.ts';

const organization = (orgId: string) => `/api/coordinator/organizations/${orgId}`;
const CLOSED = 'This page is closed';
const PATIENCE_MS = 20_000;

let system: System;
let product: Site;
let stranger: Site;
let secureProduct: Site;
let secureApi: Site;

const test = onSystem(async () => {
  const certificate = makeCertificate();
  [product, stranger, secureProduct] = await Promise.all([startProduct(), startProduct(), startProduct(certificate)]);
  secureApi = await startTlsProxy(certificate, () => system.apiUrl);
  const origins = [product.origin, secureProduct.origin];
  system = await System.start({ env: { POSTHORN_PORTAL_ORIGINS: origins.join(',') } });
  return system;
});
afterAll(() => {
  for (const site of [product, stranger, secureProduct, secureApi]) site?.close();
});

async function createLink(
  orgId: string,
  fields: Record<string, unknown> = {},
  origin = system.apiUrl,
): Promise<string> {
  const { status, body } = await system.call('POST', `${organization(orgId)}/portal-links`, fields);
  expect(status).toBe(201);
  return body.url.replace(system.apiUrl, origin);
}

async function register(orgId: string, url: string, events = ['contact.created']): Promise<string> {
  return (await system.call('POST', `${organization(orgId)}/webhooks`, { url, events })).body.id;
}

const emit = (orgId: string) =>
  system.call('POST', `${organization(orgId)}/events`, { event: 'contact.created', data: { id: '1' } });

/** Shows a URL in the frame of a product's page. */
async function frameOn(context: BrowserContext, site: Site, src: string) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${site.origin}/?src=${encodeURIComponent(src)}`);
  return { page, frame: page.frameLocator('iframe[title="Webhooks"]') };
}

const isRefused = (page: Page) => page.frames().some((frame) => frame.url() === 'chrome-error://chromewebdata/');

describe('in a tab', () => {
  test("shows one owner's webhooks under the product's name, and lets them be changed and tested", async ({
    page,
    system: { apiUrl },
    receiver,
  }) => {
    await register('org-elm', `${receiver.url}/elm`);
    await register('org-oak', `${receiver.url}/oak`);
    const foreign: string = (await emit('org-oak')).body.deliveries[0].id;
    await page.goto(await createLink('org-elm', { permissions: 'write', name: 'Elm & Co', accent: '#b45309' }));
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(new URL(page.url()).hash).toBe('');
    expect(await page.title()).toBe('Overview · Elm & Co');
    const names = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allTextContents();
    expect(names.map((name) => name.trim())).toEqual([
      'Overview',
      'Webhooks',
      'Deliveries',
      'Events',
      'Event types',
      'Recoveries',
    ]);
    expect(await page.getByRole('region', { name: 'System' }).count()).toBe(0);
    expect(await page.getByText('Posthorn').count()).toBe(0);

    await page.getByRole('link', { name: 'Event types' }).click();
    await page.getByRole('region', { name: 'example of appointment.created' }).waitFor();
    await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
    await page.getByRole('link', { name: `${receiver.url}/elm` }).waitFor();
    expect(await page.getByText('/oak').count()).toBe(0);
    const colour = await page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('--primary')`);
    expect(colour).toBe('#b45309');
    await page.getByRole('link', { name: `${receiver.url}/elm` }).click();
    await page.getByRole('button', { name: 'Send test event' }).click();
    await eventually(() => receiver.arrivals.some(({ path }) => path.endsWith('/elm')));
    await page.reload();
    await page.getByRole('button', { name: 'Send test event' }).waitFor();

    const base = new URL(page.url()).pathname.split('/').slice(0, 3).join('/');
    for (const path of [`/deliveries/${foreign}`, '/keys', '/audit', '/playground']) {
      await page.goto(apiUrl + base + path);
      await page.getByText('Page not found').waitFor();
    }
  });

  test('a portal that may only read has no button that changes something', async ({ page, system: _, receiver }) => {
    await register('org-fir', `${receiver.url}/fir`);
    await page.goto(await createLink('org-fir'));
    await page.getByRole('link', { name: 'Webhooks', exact: true }).click();
    await page.getByRole('link', { name: `${receiver.url}/fir` }).click();
    await page.getByRole('heading', { level: 1, name: `${receiver.url}/fir` }).waitFor();
    for (const name of ['Send test event', 'Pause', 'Delete']) {
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
    expect(await page.title()).toContain('4Calls');
  });

  test('its link works once, and says so the second time; what it opened can be loaded again', async ({
    page,
    system: _,
    browser,
  }) => {
    const link = await createLink('org-ash');
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const other = await browser.newContext();
    const second = await other.newPage();
    await second.goto(link);
    await second.getByText(CLOSED).waitFor();
    expect(await second.getByLabel('API key').count()).toBe(0);
    await other.close();
  });

  test("an operator's session and two portals in one browser stay apart, also when one signs out", async ({
    context,
    page,
    system: { adminKey },
  }) => {
    await openAs(page, adminKey);
    await page.getByRole('link', { name: 'Keys' }).waitFor();
    const [elder, maple] = [await context.newPage(), await context.newPage()];
    await elder.goto(await createLink('org-elder', { name: 'Elder' }));
    await maple.goto(await createLink('org-maple', { name: 'Maple' }));
    for (const [portal, owner] of [
      [elder, 'org-elder'],
      [maple, 'org-maple'],
    ] as const) {
      await portal.reload();
      await portal.getByText(owner, { exact: true }).waitFor();
      expect(await portal.getByRole('link', { name: 'Keys' }).count()).toBe(0);
    }
    await elder.getByRole('button', { name: 'Account' }).click();
    await elder.getByRole('menuitem', { name: 'Sign out' }).click();
    await elder.getByText(CLOSED).waitFor();
    await elder.reload();
    await elder.getByText(CLOSED).waitFor();
    await maple.reload();
    await maple.getByText('org-maple', { exact: true }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Keys' }).waitFor();
  });
});

describe('in a frame', () => {
  test('of a listed origin it works, live', async ({ browser, system: _, receiver }) => {
    await register('org-lime', `${receiver.url}/lime`);
    const context = await browser.newContext();
    const { page, frame } = await frameOn(context, product, await createLink('org-lime', { name: 'Lime' }));
    await frame.getByRole('link', { name: 'Deliveries', exact: true }).click();
    await frame.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    await emit('org-lime');
    await frame.getByRole('link', { name: `contact.created to ${receiver.url}/lime` }).waitFor();
    expect(page.url()).toContain(product.origin);
    await context.close();
  });

  test('of another origin nothing is shown, and the link stays good', async ({ browser, system: { apiUrl } }) => {
    const context = await browser.newContext();
    const link = await createLink('org-yew');
    const { page } = await frameOn(context, stranger, link);
    expect(isRefused(page)).toBe(true);
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    for (const path of ['/', '/webhooks', '/portal']) {
      expect(isRefused((await frameOn(context, product, apiUrl + path)).page)).toBe(true);
    }
    await context.close();
  });

  test('of another site it works over https, in a browser that blocks third-party cookies', async ({ system: _ }) => {
    await withPreferences({ block_third_party_cookies: true, cookie_controls_mode: 1 }, async (context) => {
      const link = await createLink('org-fig', { permissions: 'write' }, secureApi.origin);
      const { frame } = await frameOn(context, secureProduct, link);
      await frame.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      await frame.getByRole('link', { name: 'Webhooks', exact: true }).click();
      await frame.getByRole('button', { name: 'New webhook' }).first().waitFor();
      const [cookie, ...more] = await context.cookies();
      expect(more).toEqual([]);
      expect(cookie).toMatchObject({ name: 'posthorn_portal', httpOnly: true, secure: true, sameSite: 'None' });
      expect(cookie).toHaveProperty('partitionKey');
    });
  });

  test('where the browser blocks all cookies it says so, and offers a tab with the link unused', async ({
    system: _,
  }) => {
    await withPreferences({ default_content_setting_values: { cookies: 2 } }, async (context) => {
      const link = await createLink('org-bay');
      const { page, frame } = await frameOn(context, product, link);
      await frame.getByText('Your browser blocks cookies here').waitFor();
      const opened = context.waitForEvent('page');
      await frame.getByRole('link', { name: 'Open in a new tab' }).click();
      const tab = await opened;
      await tab.getByText('Your browser blocks cookies here').waitFor();
      expect(tab.url()).toBe(link);
      await page.close();
      const [, path = '', token] = /(\/portal\/[^#]+)#(.+)/.exec(link)!;
      expect((await system.call('POST', `${path}/api/session`, { token })).status).toBe(204);
    });
  });
});
