import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePhpJson } from '../../delivery/body/encode.ts';
import { deliveryHeaders, generateSecret, Signer } from '../../delivery/attempt/sign.ts';
import { eventually } from '../eventually.ts';
import { startSample, type SampleReceiver } from '../docs/sample-receiver.ts';
import { System } from '../system.ts';
import { AUTOLOAD, hasCurl, php } from './php.ts';

const BODY = encodePhpJson(
  '{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":{"id":"ü/😀","n":1.5}}',
);
const SECRETS = { generated: generateSecret(), raw: 'sixteen characters!', base64: 'c2l4dGVlbiBjaGFyYWN0ZXJz' };

const headersOf = (secret: string, now = new Date()) =>
  deliveryHeaders({
    headerPrefix: 'X-4Calls-',
    eventType: 'contact.created',
    deliveryId: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
    signer: new Signer(secret),
    body: BODY,
    now,
  });

interface Request {
  body?: string;
  headers: Record<string, string | string[]>;
  secret: string | string[];
}

/** What the package says of a request: the payload's event, or the message of the exception. */
async function verify({ body = BODY, headers, secret }: Request): Promise<string> {
  const input = { body: Buffer.from(body).toString('base64'), headers, secret };
  return await php<string>(
    `try { echo json_encode(Posthorn\\Webhook::verify(base64_decode($in['body']), $in['headers'], $in['secret'])['event']); }
    catch (Posthorn\\Exception\\InvalidSignatureException $e) { echo json_encode($e->getMessage()); }`,
    input,
  );
}

/** Without the Standard Webhooks headers, as the old system sent. */
function old(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('webhook-')));
}

const WRONG = 'The signature is not of this secret and body.';

describe.skipIf(!hasCurl)('Webhook::verify', () => {
  test.each(Object.entries(SECRETS))('accepts both signatures of a %s secret', async (_kind, secret) => {
    const headers = headersOf(secret);
    expect(await verify({ headers, secret })).toBe('contact.created');
    expect(await verify({ headers: old(headers), secret })).toBe('contact.created');
    expect(await verify({ headers, secret: 'another secret of mine' })).toBe(WRONG);
    expect(await verify({ headers: old(headers), secret: 'another secret of mine' })).toBe(WRONG);
    const changed = BODY.replace('1.5', '9.5');
    expect(await verify({ body: changed, headers, secret })).toBe(WRONG);
    expect(await verify({ body: changed, headers: old(headers), secret })).toBe(WRONG);
  });

  test('takes headers as getallheaders, Laravel and $_SERVER have them', async () => {
    const secret = SECRETS.generated;
    const headers = headersOf(secret);
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
    const server = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value]),
    );
    for (const one of [headers, lists, server]) expect(await verify({ headers: one, secret })).toBe('contact.created');
  });

  test('accepts one of several secrets and signatures, as during a rotation', async () => {
    const [before, after] = [SECRETS.raw, SECRETS.generated];
    const both = `${headersOf(after)['webhook-signature']} ${headersOf(before)['webhook-signature']}`;
    const headers = { ...headersOf(before), 'webhook-signature': both };
    for (const secret of [before, after, [after, before]])
      expect(await verify({ headers, secret })).toBe('contact.created');
    const next = { ...old(headersOf(before)), 'X-4Calls-Signature-Next': headersOf(after)['X-4Calls-Signature']! };
    for (const secret of [before, after]) expect(await verify({ headers: next, secret })).toBe('contact.created');
  });

  test('refuses what is old, from the future, or without a signature', async () => {
    const secret = SECRETS.generated;
    for (const seconds of [-310, 310]) {
      const headers = headersOf(secret, new Date(Date.now() + seconds * 1000));
      expect(await verify({ headers, secret })).toContain('more than 300 seconds old');
    }
    expect(await verify({ headers: {}, secret })).toBe('The request has no signature.');
    const { 'webhook-id': _, ...noId } = headersOf(secret);
    expect(await verify({ headers: noId, secret })).toContain('webhook-id or webhook-timestamp');
    const garbled = { ...headersOf(secret), 'webhook-signature': 'v1, v2,x größer' };
    expect(await verify({ headers: garbled, secret })).toBe(WRONG);
  });

  test('an empty secret is a mistake, not a key', async () => {
    const said = await php<string>(
      `try { Posthorn\\Webhook::verify('{}', [], ''); } catch (InvalidArgumentException $e) { echo json_encode($e->getMessage()); }`,
    );
    expect(said).toBe('The secret is empty.');
  });

  test('verifies what was decoded first, as old receivers do', async () => {
    const secret = SECRETS.raw;
    const signature = headersOf(secret)['X-4Calls-Signature']!;
    const check = (sent: string) =>
      php<boolean>(
        `echo json_encode(Posthorn\\Webhook::isDecodedGenuine(json_decode($in['body'], true), $in['signature'], $in['secret']));`,
        { body: BODY, signature: sent, secret },
      );
    expect(await check(signature)).toBe(true);
    expect(await check(signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')))).toBe(false);
  });
});

const RECEIVER = `<?php
require ${JSON.stringify(AUTOLOAD)};
try {
    $payload = Posthorn\\Webhook::verify(file_get_contents('php://input'), getallheaders(), getenv('WEBHOOK_SECRET'));
} catch (Posthorn\\Exception\\InvalidSignatureException $exception) {
    http_response_code(401);
    exit($exception->getMessage());
}
echo $payload['data']['id'];`;

describe.skipIf(!hasCurl)('a PHP receiver', () => {
  let system: System;
  let sample: SampleReceiver;
  beforeAll(async () => {
    [system, sample] = await Promise.all([System.start(), startSample('php', RECEIVER, SECRETS.raw)]);
  });
  afterAll(async () => {
    await Promise.all([system.stop(), sample.stop()]);
  });

  test('takes deliveries with its secret and refuses those with another', async () => {
    await system.register(sample.url, { secret: SECRETS.raw });
    await system.register(`${sample.url}?other`, { secret: SECRETS.generated });
    const ids = await system.emit({ id: 'ä/1', price: 1.5 }, 'contact.created');
    const answerTo = (id: string) =>
      eventually(async () => (await system.delivery(id)).attempt_history[0]?.status_code ?? false);
    expect((await Promise.all(ids.map(answerTo))).toSorted()).toEqual([200, 401]);
  });
});
