import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { startSignOn } from '../sign-on.ts';
import { test } from './dashboard.ts';

const BUILT = fileURLToPath(new URL('../../build/ui/', import.meta.url));
const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

test('people sign in at their identity provider, choose what to see, switch, and sign out', async ({ browser }) => {
  const on = await startSignOn({ host: 'localhost', dashboardFolder: BUILT });
  on.provider.people.set('emma', { email: 'emma@example.com', groups: ['a-writers', 'b-readers'] });
  on.provider.people.set('dora', { email: 'dora@example.com', groups: ['choir'] });
  const context = await browser.newContext({ baseURL: on.settings.publicUrl, reducedMotion: 'reduce' });
  try {
    const page = await context.newPage();
    await page.goto('/webhooks?search=a');
    await page.getByLabel('API key').waitFor();
    await look(page, 'sign-in-single-sign-on');
    await page.getByRole('link', { name: 'Sign in with single sign-on' }).click();
    await logIn(page, 'dora');
    await page.getByRole('heading', { name: 'You have no rights here' }).waitFor();
    await page.getByText('dora@example.com').waitFor();
    await look(page, 'no-rights');

    await page.goto('/webhooks?search=a');
    await page.getByLabel('API key').waitFor();
    await page.goto('/api/sso/start?as_other&return_to=/webhooks%3Fsearch%3Da');
    await logIn(page, 'emma');
    await page.getByRole('button', { name: '4Calls · b' }).waitFor();
    await look(page, 'choose-rights');
    await page.getByRole('button', { name: '4Calls · b' }).click();
    await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor();
    expect(new URL(page.url()).search).toBe('?search=a');
    expect(await page.getByRole('button', { name: 'New webhook' }).count()).toBe(0);

    await page.getByRole('button', { name: 'Account: emma@example.com (SSO)' }).click();
    await page.getByRole('menuitem', { name: 'Switch rights' }).click();
    await page.getByRole('button', { name: '4Calls · a' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.goto('/webhooks');
    await page.getByRole('button', { name: 'New webhook' }).first().waitFor();

    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await page.getByRole('link', { name: 'Sign in with single sign-on' }).click();
    await page.getByPlaceholder('Enter any login').waitFor();
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('posthorn_session');
  } finally {
    await context.close();
    await on.close();
  }
});

/** By the provider's own page. */
async function logIn(page: Page, login: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(login);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

/** In both colour schemes. */
async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(STANDARDS).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await page.screenshot({ path: `${SCREENSHOTS}${name}-${colorScheme}.png` });
  }
}
