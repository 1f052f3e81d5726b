import { describe, expect } from 'vitest';
import { openAs, test } from './dashboard.ts';

const MOST_JAVASCRIPT = 150_000;
const SCRIPT_BYTES = `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

describe('signing in', () => {
  test('a wrong key shows a message, the right one opens the overview, and signing out ends the session', async ({
    page,
    system,
  }) => {
    await page.goto('/');
    await page.getByLabel('API key').fill('not-a-key-of-this-system');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page
      .getByRole('alert')
      .getByText('No key like this is known here, it was revoked, or it has expired.')
      .waitFor();

    await page.getByLabel('API key').fill(system.adminKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();

    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.goto('/deliveries');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });
});

test('the first page needs at most 150 kB of compressed JavaScript', async ({ page, system }) => {
  await openAs(page, system.adminKey);
  await page.getByRole('region', { name: 'Deliveries by outcome' }).waitFor();
  const bytes = await page.evaluate<number>(SCRIPT_BYTES);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(MOST_JAVASCRIPT);
});
