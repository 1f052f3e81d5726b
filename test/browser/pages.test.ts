import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { openAs, onSystem } from './dashboard.ts';
import { startShowcase } from './showcase.ts';

const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 360, height: 740 };
const FAILING = 'https://warehouse.northwind.example/events';

/** `opens`: links to follow from the path, in order. */
const PAGES: { name: string; path: string; opens?: (string | RegExp)[]; heading: string }[] = [
  { name: 'overview', path: '/', heading: 'Overview' },
  { name: 'webhooks', path: '/webhooks', heading: 'Webhooks' },
  { name: 'webhook', path: '/webhooks', opens: [FAILING], heading: FAILING },
  { name: 'webhook-new', path: '/webhooks/new', heading: 'New webhook' },
  { name: 'webhook-new-operational', path: '/webhooks/new?platform=posthorn', heading: 'New webhook' },
  { name: 'webhook-edit', path: '/webhooks', opens: [FAILING, 'Edit'], heading: 'Edit webhook' },
  { name: 'deliveries', path: '/deliveries?range=1h', heading: 'Deliveries' },
  { name: 'delivery', path: '/deliveries', opens: [/^ai_task.created to/], heading: 'ai_task.created' },
  { name: 'events', path: '/events?range=1h', heading: 'Events' },
  { name: 'event', path: '/events', opens: ['taskjuggler.synced'], heading: 'taskjuggler.synced' },
  { name: 'playground', path: '/playground?event=contact.created', heading: 'Playground' },
  { name: 'recoveries', path: '/recoveries', heading: 'Recoveries' },
  { name: 'keys', path: '/keys', heading: 'Keys' },
  { name: 'audit', path: '/audit', heading: 'Audit log' },
];

const test = onSystem(startShowcase);

describe('every page, in light and dark mode, wide and narrow', () => {
  test.for(PAGES)('$name', async ({ name, path, opens = [], heading }, { page, system }) => {
    await openAs(page, system.adminKey, path);
    for (const link of opens) await page.getByRole('link', { name: link }).first().click();
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await look(page, name);
  });

  test('a filter that is tried', async ({ page, system }) => {
    await openAs(page, system.adminKey, '/webhooks/new');
    await page.getByLabel('Platform', { exact: true }).selectOption('URPA');
    for (const name of ['ai_task.created', 'taskjuggler.synced']) await page.getByRole('checkbox', { name }).check();
    const field = page.getByLabel("Condition on the event's data");
    await field.fill(
      '{\n  "title": {"$startsWith": "Draft"},\n  "$or": [{"priority": {"$gte": 5}}, {"id": {"$exists": true}}]\n}',
    );
    await page.getByRole('list', { name: 'Last events' }).getByText('matches', { exact: true }).first().waitFor();
    await look(page, 'webhook-filter');
    await field.fill('{\n  "title": {"$like": "Draft"},\n  "priority": {"$gte": null}\n}');
    await page.getByRole('button', { name: 'Line 3' }).waitFor();
    await look(page, 'webhook-filter-problems');
  });

  test('signing in', async ({ page }) => {
    await page.goto('/');
    await page.getByLabel('API key').waitFor();
    await look(page, 'sign-in');
  });

  test('a portal, and a closed one', async ({ page, system }) => {
    const input = { name: 'Praxis Lindner', accent: '#facc15', permissions: 'write' };
    const links = '/api/coordinator/organizations/praxis-lindner/portal-links';
    await page.goto((await system.call('POST', links, input)).body.url);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await look(page, 'portal-overview');
    await page.setViewportSize(WIDE);
    await page.getByRole('link', { name: 'Event types' }).click();
    await page.getByRole('region', { name: 'example of contact.created' }).waitFor();
    await look(page, 'portal-event-types');
    await page.goto('/portal/closed');
    await page.getByText('This page is closed').waitFor();
    await look(page, 'portal-closed');
  });
});

/** Takes screenshots in both themes and widths and checks the accessibility. */
async function look(page: Page, name: string): Promise<void> {
  await page.getByText('Loading', { exact: true }).waitFor({ state: 'hidden' });
  await page.mouse.move(0, 0);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await photograph(page, WIDE, `${name}-${colorScheme}-wide`);
    expect(await findBarriers(page)).toEqual([]);
    await photograph(page, NARROW, `${name}-${colorScheme}-narrow`);
    expect(await page.evaluate('document.documentElement.scrollWidth'), 'scrolls sideways').toBe(NARROW.width);
  }
}

/** Takes a screenshot of the whole page by growing the window to its height. */
async function photograph(page: Page, { width, height }: typeof WIDE, name: string): Promise<void> {
  await resize(page, { width, height });
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight');
  await resize(page, { width, height: Math.max(height, whole) });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
}

async function resize(page: Page, size: typeof WIDE): Promise<void> {
  await page.setViewportSize(size);
  await page.waitForFunction(`innerWidth === ${size.width} && innerHeight === ${size.height}`);
}

async function findBarriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(STANDARDS).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
