import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { expect, inject, test as base } from 'vitest';
import { startReceiver } from '../receiver.ts';
import { System } from '../system.ts';
import { HOW_TO_GET_CHROMIUM } from './chromium.ts';

/** The timeout of every wait. The machine may be busy. */
const PATIENCE_MS = 20_000;

/** Screenshots of failed tests. */
const FAILURES = fileURLToPath(new URL('../../build/screenshots/failed/', import.meta.url));

const FLAGS = ['--headless=new', '--disable-gpu', '--disable-sync'];

const executablePath = inject('chromium');

/** How Playwright launches the browser. */
export function launchOptions() {
  if (executablePath === null) throw new Error(HOW_TO_GET_CHROMIUM);
  return { executablePath, args: FLAGS, chromiumSandbox: process.getuid?.() !== 0 };
}

/**
 * Tests with a dashboard page of a whole system: API, worker, PostgreSQL and Temporal. All tests share the system and the browser.
 * The webhooks of a test are deleted together with its receiver.
 */
export function onSystem(start: () => Promise<System>) {
  const test = base
    .extend('browser', { scope: 'worker' }, async ({}, { onCleanup }) => {
      const browser = await chromium.launch(launchOptions());
      onCleanup(() => browser.close());
      return browser;
    })
    .extend('system', { scope: 'worker' }, async ({}, { onCleanup }) => {
      const system = await start();
      const mark = join(inject('runningSystems'), system.taskQueue);
      writeFileSync(mark, '');
      onCleanup(async () => {
        await system.stop();
        rmSync(mark, { force: true });
      });
      return system;
    })
    .extend('receiver', async ({ system }, { onCleanup }) => {
      const receiver = await startReceiver();
      onCleanup(async () => {
        await deleteWebhooks(system, receiver.url);
        await receiver.close();
      });
      return receiver;
    })
    .extend('context', async ({ browser, system }, { onCleanup }) => {
      const context = await browser.newContext({ baseURL: system.apiUrl, locale: 'en-GB', reducedMotion: 'reduce' });
      context.setDefaultTimeout(PATIENCE_MS);
      const broken = listenForBreaches(context, system.apiUrl);
      onCleanup(async () => {
        await context.close();
        expect(broken, 'requests to other hosts, and errors on the page').toEqual([]);
      });
      return context;
    })
    .extend('page', async ({ context, task }, { onCleanup }) => {
      const page = await context.newPage();
      onCleanup(async () => {
        if (task.result?.state === 'fail') await page.screenshot({ path: `${FAILURES}${task.name}.png` });
      });
      return page;
    });
  return test.skipIf(executablePath === null && !process.env['CI']);
}

export const test = onSystem(() => System.start());

/** Opens the dashboard with a session of the key. */
export async function openAs(page: Page, key: string, path = '/'): Promise<void> {
  const answer = await page.request.post('/api/session', { data: { api_key: key } });
  expect(answer.status()).toBe(200);
  await page.goto(path);
}

/** Collects requests to other hosts and uncaught errors. */
function listenForBreaches(context: BrowserContext, apiUrl: string): string[] {
  const breaches: string[] = [];
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== apiUrl && protocol !== 'data:' && protocol !== 'blob:') breaches.push(`asked ${request.url()}`);
  });
  context.on('weberror', (error) => breaches.push(String(error.error())));
  return breaches;
}

/** Deletes the test's webhooks, so that they do not get the events of the next test. */
async function deleteWebhooks(system: System, url: string): Promise<void> {
  const { body } = await system.call('GET', `/api/dashboard/webhooks?search=${encodeURIComponent(url)}`);
  const own = body.data as { platform: string; org_id: string | null; id: string }[];
  const ownerOf = (webhook: (typeof own)[0]) => system.client.owner(webhook.platform, webhook.org_id ?? undefined);
  await Promise.all(own.map((webhook) => ownerOf(webhook).webhooks.delete(webhook.id)));
}
