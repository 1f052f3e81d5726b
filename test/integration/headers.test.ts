import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSecretBox } from '../../core/secrets.ts';
import { eventually } from '../eventually.ts';
import { findLeaks } from '../leaks.ts';
import { startRawReceiver } from '../raw-receiver.ts';
import { startReceiver, status, type Answer } from '../receiver.ts';
import { System } from '../system.ts';

const WEBHOOKS = '/api/urpa/integrations/webhooks';
const headers = {
  Authorization: 'Bearer 7f3a9c51e0b84d26',
  'X-Team': 'billing-and-invoices',
  'X-Odd.Name': 'a\tb "c"; d=1, e',
};
const shown = { ...headers, Authorization: '[redacted]' };

let folder: string;
let log: number;
let system: System;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-headers-'));
  log = openSync(join(folder, 'log'), 'a');
  system = await System.start({ log, retryUnit: '0.2s', env: { LOG_LEVEL: 'trace' } });
});
afterAll(async () => {
  await system.stop();
  closeSync(log);
  rmSync(folder, { recursive: true, force: true });
});

const one = (id: string) => `${WEBHOOKS}/${id}`;

test('the receiver gets them with every attempt and with test events, byte for byte', async () => {
  const receiver = await startRawReceiver([500, 500, 200]);
  try {
    const { id } = await system.register(receiver.url, { headers });
    const [delivery] = await system.emit();
    await system.reaches(delivery!, 'delivered');
    const tested = await system.call('POST', `${one(id)}/test`, {});
    await system.reaches(tested.body.delivery_id, 'delivered');
    const requests = receiver.requests();
    expect(requests).toHaveLength(4);
    for (const lines of requests) {
      for (const [name, value] of Object.entries(headers)) expect(lines).toContain(`${name}: ${value}`);
      expect(
        lines.filter((line) => /^(host|content-type|user-agent|webhook-id|x-urpa-signature):/i.test(line)),
      ).toHaveLength(5);
    }
    await system.call('DELETE', one(id));
  } finally {
    await receiver.close();
  }
});

test('a change applies from the next attempt on, as a whole, and [redacted] keeps what is stored', async () => {
  const receiver = await startReceiver();
  receiver.answer((_, response, count) => void response.writeHead(count === 1 ? 500 : 200).end());
  try {
    const { id } = await system.register(receiver.url, { headers, retry_policy: { initial_interval: 600 } });
    const [delivery] = await system.emit();
    await system.reaches(delivery!, 'retrying');
    const changed = await system.call('PUT', one(id), {
      headers: { authorization: '[redacted]', 'X-Team': 'sales' },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { headers: { authorization: '[redacted]', 'X-Team': 'sales' } },
    });
    await system.retry(delivery!);
    await system.reaches(delivery!, 'delivered');
    const [before, after] = receiver.of(delivery!);
    expect(before!.headers).toMatchObject({ authorization: headers.Authorization, 'x-team': headers['X-Team'] });
    expect(after!.headers).toMatchObject({ authorization: headers.Authorization, 'x-team': 'sales' });
    expect(after!.headers).not.toHaveProperty('x-odd.name');

    const refused = await system.call('PUT', one(id), { headers: { 'X-Api-Key': '[redacted]' }, description: 'new' });
    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'headers.X-Api-Key', message: expect.stringContaining('no value is stored') }] },
    });
    expect((await system.call('GET', one(id))).body).toEqual(changed.body);
    await system.call('PUT', one(id), { headers: {} });
    const [bare] = await system.emit();
    await system.reaches(bare!, 'delivered');
    expect(receiver.of(bare!)[0]!.headers).not.toHaveProperty('authorization');
    await system.call('DELETE', one(id));
  } finally {
    await receiver.close();
  }
});

test('names of ours and of the connection, and values that would inject a header, are refused with the reason', async () => {
  const { id } = await system.register('http://127.0.0.1:9/refused', { events: ['contact.updated'] });
  for (const [name, value, message] of [
    ['X-URPA-Signature', '0', 'set by Posthorn'],
    ['x-4calls-event', '0', 'set by Posthorn'],
    ['X-Posthorn-Delivery', '0', 'set by Posthorn'],
    ['Webhook-Signature', 'v1,0', 'Standard Webhooks'],
    ['host', 'evil.example', 'belongs to the connection'],
    ['Content-Length', '0', 'belongs to the connection'],
    ['transfer-encoding', 'chunked', 'belongs to the connection'],
    ['X-Team', 'a\r\nX-URPA-Signature: 0', 'no line breaks'],
    ['X-Team\r\nX-URPA-Signature', '0', 'not a header name'],
  ] as const) {
    for (const [method, path] of [
      ['POST', WEBHOOKS],
      ['PUT', one(id)],
    ] as const) {
      const body = { url: 'http://127.0.0.1:9/x', events: ['contact.updated'], headers: { [name]: value } };
      const answer = await system.call(method, path, body);
      expect(answer.body, name).toMatchObject({
        status: 422,
        errors: [{ path: `headers.${name}`, message: expect.stringContaining(message) }],
      });
    }
  }
  expect((await system.call('GET', one(id))).body).toMatchObject({ headers: {}, url: 'http://127.0.0.1:9/refused' });
});

test('no value is anywhere but sealed: database, audit log, logs, Temporal, answers', async () => {
  const receiver = await startReceiver();
  const echo: Answer = ({ headers: { authorization } }, response) =>
    void response.writeHead(500).end(JSON.stringify({ authorization }));
  receiver.answer(echo);
  try {
    const { id, ...registered } = await system.register(receiver.url, { headers });
    const [failed] = await system.emit();
    await eventually(async () => (await system.delivery(failed!)).attempts >= 2);
    receiver.answer(status(200));
    await system.reaches(failed!, 'delivered');
    await system.call('PUT', one(id), { headers, url: 'nonsense' });
    await system.call('PUT', one(id), { headers });
    const answers = [
      { body: registered },
      await system.call('GET', one(id)),
      await system.call('GET', WEBHOOKS),
      await system.call('GET', `/api/dashboard/webhooks/${id}`),
    ].map(({ body }) => JSON.stringify(body));
    expect(registered).toMatchObject({ headers: shown });
    for (const answer of answers) expect(answer).not.toContain('7f3a9c51e0b84d26');

    const detail = await system.call('GET', `/api/dashboard/deliveries/${failed}`);
    expect(detail.body.request_headers).toMatchObject({ Authorization: '[redacted]', 'X-Team': '[redacted]' });
    const audit = await system.call('GET', `/api/dashboard/audit?subject_id=${id}`);
    expect(audit.body.data[0].details).toEqual({ fields: ['headers'] });
    const [row] = await system.sql('select options from webhooks where id = $1', [id]);
    expect(row!['options']).toMatchObject({ headers: { 'X-Team': { sealed: expect.any(String) } } });
    await eventually(async () => (await system.delivery(failed!)).workflow_id !== null);
    expect(await findLeaks(system, failed!)).toEqual(
      expect.arrayContaining(['deliveries', expect.stringContaining('workflow')]),
    );
    expect((await system.delivery(failed!)).attempt_history[0]).toMatchObject({
      response_body: expect.stringContaining('"authorization":"[redacted]"'),
    });
    for (const value of ['7f3a9c51e0b84d26', headers['X-Team']]) {
      expect(await findLeaks(system, value)).toEqual([]);
      const lines = readFileSync(join(folder, 'log'), 'utf8');
      expect(lines).toContain('worker ready');
      expect(lines).not.toContain(value);
    }
    await system.call('DELETE', one(id));
    const [deleted] = await system.sql('select options from webhooks where id = $1', [id]);
    expect(deleted!['options']).toEqual({});
  } finally {
    await receiver.close();
  }
});

test('with a header that cannot be decrypted, a delivery waits without an attempt until it is replaced', async () => {
  const receiver = await startReceiver();
  try {
    const { id } = await system.register(receiver.url, { headers: { 'X-Team': 'a' } });
    const foreign = createSecretBox(Buffer.alloc(32, 1)).sealText('a');
    await system.sql('update webhooks set options = $2 where id = $1', [id, { headers: { 'X-Team': foreign } }]);
    expect((await system.call('GET', one(id))).body.headers).toEqual({ 'X-Team': '[redacted]' });
    const [delivery] = await system.emit();
    await eventually(async () =>
      ((await system.delivery(delivery!)).error_message ?? '').includes('cannot be decrypted'),
    );
    expect(await system.delivery(delivery!)).toMatchObject({
      status: 'pending',
      attempts: 0,
      error_message: 'not attempted: a stored header of its webhook cannot be decrypted',
    });
    await system.call('PUT', one(id), { headers: { 'X-Team': 'b' } });
    await system.retry(delivery!);
    await system.reaches(delivery!, 'delivered');
    expect(receiver.of(delivery!)[0]!.headers['x-team']).toBe('b');
    await system.call('DELETE', one(id));
  } finally {
    await receiver.close();
  }
});
