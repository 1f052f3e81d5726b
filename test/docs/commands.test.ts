import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';
import { findCode, readPage } from './markdown.ts';

let system: System;
let receiver: Receiver;

beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
});
afterEach(() => receiver.answer(status(200)));
afterAll(async () => {
  await system.stop();
  await receiver.close();
});

/** Runs a page's commands against the test's system and returns their output. Throws on any error status. */
async function run(commands: string): Promise<string> {
  const own = commands
    .replaceAll('http://localhost:8080', system.apiUrl)
    .replaceAll(/http:\/\/127\.0\.0\.1:9000\/|https:\/\/example\.com\/[\w/-]*/g, receiver.url)
    .replace(/^KEY=.*$/m, `KEY=${system.adminKey}`);
  const prelude = `curl() { command curl --fail-with-body "$@"; }\nPOSTHORN=${system.apiUrl}\nKEY=${system.adminKey}\n`;
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', prelude + own], {
    env: environment(),
  });
  return stdout;
}

/** With the command line on the path, and without the profiles of whoever runs the tests. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${fileURLToPath(new URL('../../bin', import.meta.url))}:${process.env['PATH']}`,
    XDG_CONFIG_HOME: '/nowhere',
    POSTHORN_URL: system.apiUrl,
    POSTHORN_KEY: system.adminKey,
  };
}

describe('the first webhook of the README', () => {
  const [settings = '', register = '', emit = '', history = '', retry = '', ...more] = findCode(
    readPage('README.md'),
    'sh',
  );

  test('is registered and gets its event, and the history shows it', async () => {
    expect(more).toEqual([]);
    expect(await run(settings)).toBe('');
    const webhook = JSON.parse(await run(register)) as { id: string; secret: string };
    expect(webhook.secret).toMatch(/^whsec_/);
    const event = JSON.parse(await run(emit)) as { deliveries: { id: string; webhook_id: string }[] };
    expect(event.deliveries).toMatchObject([{ webhook_id: webhook.id }]);
    const id = event.deliveries[0]!.id;
    await system.reaches(id, 'delivered');
    expect(receiver.of(id)).toHaveLength(1);
    const shown = await run(history);
    expect(shown).toMatch(new RegExp(`^${id} .* delivered +activity.created`, 'm'));
    expect(shown).toMatch(/attempt 1 \(automatic\): 200, after \d+ ms/);
    expect(shown).toContain('"title":"Call back"');
  });

  test('can be retried manually after a failure', async () => {
    receiver.answer(status(500));
    const event = JSON.parse(await run(emit)) as { deliveries: { id: string }[] };
    const id = event.deliveries[0]!.id;
    const failed = await system.reaches(id, 'retrying');
    expect((Date.parse(failed.next_attempt_at!) - Date.now()) / 60_000).toBeCloseTo(2, 0);
    receiver.answer(status(200));
    expect(await run(retry)).toBe('completed: retried 1\n');
    await system.reaches(id, 'delivered');
    expect(receiver.of(id)).toHaveLength(2);
  });
});

const PAGES = ['urpa-integration', '4calls-integration', 'operations', 'operational-events', 'command-line', 'mcp'];

test.each(PAGES.map((name) => `docs/${name}.md`))('the commands of %s work', async (path) => {
  const before = receiver.arrivals.length;
  const printed: string[] = [];
  for (const commands of findCode(readPage(path), 'sh')) printed.push(await run(commands));
  expect(printed.length).toBeGreaterThan(0);
  if (printed.some((text) => text.includes('"deliveries"'))) {
    await eventually(() => receiver.arrivals.length > before);
  }
});

test.each(['docs/urpa-integration.md', 'docs/4calls-integration.md'])('the filter of %s decides', async (path) => {
  const commands = findCode(readPage(path), 'sh');
  const at = commands.findIndex((text) => text.includes('"filter"'));
  const { id } = JSON.parse(await run(commands[at]!)) as { id: string };
  const events = (await run(commands[at + 1]!)).trim().split('\n');
  const deliveries = events.map((text) => (JSON.parse(text) as { deliveries: { webhook_id: string }[] }).deliveries);
  expect(deliveries.map((list) => list.some(({ webhook_id }) => webhook_id === id))).toEqual([false, true]);
});
