import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verify } from '../../clients/typescript/src/verify.ts';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Arrival, type Receiver } from '../receiver.ts';
import { crash, System } from '../system.ts';
import { Home, watch, type Running } from './run.ts';

let system: System;
/** The webhook's own receiver, and the server of a developer. */
let receiver: Receiver;
let local: Receiver;
let home: Home;

beforeAll(async () => {
  [system, receiver, local] = await Promise.all([System.start(), startReceiver(), startReceiver()]);
  home = new Home(system);
});
afterAll(async () => {
  home.remove();
  await system.stop();
  await Promise.all([receiver.close(), local.close()]);
});

async function startTail(...args: string[]): Promise<Running> {
  const tail = home.start(['tail', ...args]);
  await tail.says('Watching deliveries');
  return tail;
}

async function startListen(...args: string[]): Promise<Running> {
  const listen = home.start(['listen', '--forward', local.url, ...args]);
  await listen.says('Ctrl-C ends it');
  return listen;
}

describe('tail', () => {
  let webhook: { id: string };
  let other: { id: string };
  beforeAll(async () => {
    webhook = await system.register(receiver.url);
    other = await system.register(receiver.url, { events: ['contact.created'] });
  });
  afterAll(async () => {
    for (const { id } of [webhook, other]) await system.call('DELETE', `/api/urpa/integrations/webhooks/${id}`);
  });

  test('shows deliveries as they happen, of the filter only, as lines or as JSON, until Ctrl-C', async () => {
    const lines = await startTail();
    const json = home.start(['tail', '--json', '--webhook', webhook.id]);
    const sent: string[] = [];
    // Without a line that says so, it is ready when it shows something.
    await eventually(async () => {
      sent.push(...(await system.emit({ id: String(sent.length) })));
      return json.output.stdout.includes('\n');
    });
    const [id = ''] = await system.emit({ id: 'last' });
    const others = await system.emit({ id: 'contact' }, 'contact.created');
    await eventually(() => lines.output.stdout.includes(others[1]!) && json.output.stdout.includes(others[0]!));
    const ended = await json.end('SIGINT');
    expect(ended.code).toBe(0);
    const shown = ended.lines();
    expect(new Set(shown.map((one) => one['webhook_id']))).toEqual(new Set([webhook.id]));
    expect(shown.filter((one) => one['id'] === id && one['status'] === 'delivered')).toHaveLength(1);
    const { code, stdout } = await lines.end('SIGINT');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`delivered activity.created urpa ${id} → ${receiver.url} attempt 1/6 200\n`));
  });

  test('shows a failure, and the retry of a delivery from before', async () => {
    receiver.answer(status(500));
    const [id = ''] = await system.emit({ id: 'before' });
    await system.reaches(id, 'retrying');
    receiver.answer(status(200));
    const tail = await startTail('--status', 'delivered');
    await system.retry(id);
    await eventually(() => tail.output.stdout.includes(`delivered activity.created urpa ${id} `));
    expect((await tail.end('SIGINT')).stdout.split('\n')).toHaveLength(2);
  });

  test('goes on after the API was killed, and shows what happened meanwhile', async () => {
    const tail = await startTail('--webhook', webhook.id);
    await crash(system.api);
    await tail.says('Connection lost');
    await system.startApi();
    const ids = await Promise.all([1, 2, 3].map((n) => system.emit({ id: `meanwhile-${n}` })));
    await eventually(() => ids.every(([id]) => tail.output.stdout.includes(` ${id} `)));
    await tail.says('Connected again.');
    const { code, stdout } = await tail.end('SIGINT');
    expect(code).toBe(0);
    for (const [id] of ids) expect(stdout.match(new RegExp(`delivered .* ${id} `, 'g'))).toHaveLength(1);
  });

  test('ends cleanly when nobody reads it any more', async () => {
    const command = `"$0" tail --json --since 1h | head -n 1`;
    const posthorn = new URL('../../bin/posthorn', import.meta.url).pathname;
    const env = { ...process.env, POSTHORN_URL: system.apiUrl, POSTHORN_KEY: system.adminKey };
    const pipe = watch(
      spawn('bash', ['-o', 'pipefail', '-c', command, posthorn], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    await eventually(() => pipe.output.stdout.includes('\n'));
    // Its next line finds that the reader has gone.
    await system.emit({ id: 'unread' });
    const ended = await pipe.end();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.lines()).toHaveLength(1);
  });

  test('leaves no process behind when its launcher is killed', async () => {
    const tail = await startTail();
    const children = () =>
      readdirSync('/proc').filter(
        (pid) => /^\d+$/.test(pid) && commandOf(pid).includes('bin/posthorn.ts') && parentOf(pid) === tail.child.pid,
      );
    const [child] = await eventually(() => children().length > 0 && children());
    tail.child.kill('SIGKILL');
    await eventually(() => commandOf(child!) === '');
  });
});

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function parentOf(pid: string): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

describe('listen', () => {
  const headers = { 'X-Team': 'blue', Authorization: 'Bearer very-secret' };

  test('sends on what goes to the only webhook, whose own URL is down, so that it verifies, and shows the answers', async () => {
    const down = `http://127.0.0.1:${await findFreePort()}/down`;
    const webhook = await system.register(down, { headers });
    local.answer(
      (arrival, response) => void response.writeHead(arrival.body.includes('bad') ? 422 : 200).end('thank you'),
    );
    const listen = await startListen('--header', 'X-Debug: yes');
    await listen.says('Authorization is left out, because Posthorn shows no credentials');
    const [id = ''] = (
      await home.ok(['emit', 'activity.created', '-d', '{"id": 12345678901234567890, "ü": "a/b"}', '--json'])
    )
      .lines()
      .flatMap((event) => event['deliveries'].map((one: { id: string }) => one.id));
    const [arrival] = await eventually(() => local.of(id).length === 1 && local.of(id));
    await expectGenuine(arrival!, webhook.secret);
    expect(arrival!.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringContaining('Posthorn/'),
      'x-urpa-event': 'activity.created',
      'x-urpa-delivery': id,
      'x-team': 'blue',
      'x-debug': 'yes',
    });
    expect(arrival!.headers.authorization).toBeUndefined();
    expect(arrival!.body).toContain('"data":{"id":12345678901234567890,"\\u00fc":"a\\/b"}}');
    await eventually(() => listen.output.stdout.includes(`${id} → ${local.url} 200 OK`));

    const [bad = ''] = await system.emit({ id: 'bad' });
    await eventually(() => /422 Unprocessable Entity \d+ ms\n {2}thank you\n/.test(listen.output.stdout));

    // By hand, it is sent on again; the automatic attempts are not.
    await system.reaches(bad, 'retrying');
    await home.ok(['retry', bad]);
    await eventually(() => local.of(bad).length === 2);
    await expectGenuine(local.of(bad)[1]!, webhook.secret);
    expect(await listen.end('SIGINT')).toMatchObject({ code: 0 });
    expect(local.of(bad)).toHaveLength(2);
    expect(JSON.stringify(local.arrivals)).not.toContain('very-secret');
    await system.call('DELETE', `/api/urpa/integrations/webhooks/${webhook.id}`);
  });

  test('sends on what a paused webhook holds, in the middle of a rotation, as JSON lines', async () => {
    const webhook = await system.register(receiver.url);
    const before = await system.register(receiver.url);
    const rotated = await system.call('POST', `/api/urpa/integrations/webhooks/${webhook.id}/secret/rotate`, {});
    await system.call('POST', `/api/urpa/integrations/webhooks/${webhook.id}/pause`);
    local.answer(status(200));
    const several = await home.run(['listen', '--forward', local.url]);
    expect(several.stderr).toContain(`there are several webhooks; name one:\n  ${before.id}  ${receiver.url}\n`);
    expect(several.code).toBe(2);

    const listen = home.start(['listen', webhook.id, '--forward', local.url, '--json', '--since', '1h']);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      const deliveries = await system.emit({ id: `held-${n}` });
      ids.push(
        ...(await Promise.all(deliveries.map((id) => system.delivery(id))))
          .filter((one) => one.webhook_id === webhook.id)
          .map((one) => one.id),
      );
    }
    await eventually(() => ids.every((id) => local.of(id).length === 1));
    for (const id of ids) {
      await expectGenuine(local.of(id)[0]!, webhook.secret);
      await expectGenuine(local.of(id)[0]!, rotated.body.secret);
      expect(receiver.of(id)).toHaveLength(0);
    }
    await eventually(() => listen.output.stdout.split('\n').length === ids.length + 1);
    const ended = await listen.end('SIGINT');
    expect(ended.lines()).toMatchObject(ids.map(() => ({ trigger: 'accepted', status_code: 200 })));
    for (const { id } of [webhook, before]) await system.call('DELETE', `/api/urpa/integrations/webhooks/${id}`);
  });

  test('says what is wrong: no webhook, a key that may not see signatures, a server that is not there', async () => {
    expect((await home.run(['listen', '--forward', '3000'])).stderr).toContain('there is no webhook');
    const webhook = await system.register(receiver.url);
    const { body } = await system.call('POST', '/api/admin/keys', {
      name: 'reader',
      platform: 'urpa',
      scopes: ['events:read', 'webhooks:read'],
    });
    const refused = await home.run(['listen', '--forward', '3000'], { POSTHORN_KEY: body.key });
    expect(refused.stderr).toContain('this key lacks webhooks:write');
    expect(refused.code).toBe(4);
    const listen = home.start(['listen', '--forward', `127.0.0.1:${await findFreePort()}`]);
    await listen.says('Ctrl-C ends it');
    await system.emit();
    await eventually(() => listen.output.stdout.includes('✗ connection refused: is your server running?'));
    await listen.end('SIGINT');
    await system.call('DELETE', `/api/urpa/integrations/webhooks/${webhook.id}`);
  });
});

/** By this project's client, which checks `webhook-signature`, and by the library of Standard Webhooks. */
async function expectGenuine({ body, headers }: Arrival, secret: string): Promise<void> {
  expect(await verify(body, headers, secret)).toMatchObject({ event: expect.any(String) });
  new StandardWebhook(secret).verify(body, headers as Record<string, string>);
}
