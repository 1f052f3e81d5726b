import { describe } from 'vitest';
import { test } from './dashboard.ts';

describe('signing in', () => {
  test('a wrong key is refused with a message, the right one opens the overview, signing out ends it', async ({
    page,
    system,
  }) => {
    await page.goto('/');
    await page.getByLabel('API key').fill('not-a-key-of-this-system');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('No key like this is known here, or it was revoked.').waitFor();

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
