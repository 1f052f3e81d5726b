import { expect, test } from 'vitest';
import { deliveryHeaders, generateSecret, Signer } from '../../../delivery/attempt/sign.ts';
import { encodePhpJson } from '../../../delivery/body/encode.ts';
import { InvalidSignatureError } from './errors.ts';
import { verify } from './verify.ts';

const BODY = encodePhpJson(
  '{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":{"id":"ü/😀","n":1.5}}',
);
const SECRETS = {
  generated: generateSecret(),
  raw: 'sixteen characters!',
  'non-ASCII': 'sechzehn Zeichen größer',
  base64: 'c2l4dGVlbiBjaGFyYWN0ZXJz',
  'base64 with a digit too many': 'c2l4dGVlbiBjaGFyYWN0ZXJzA',
  'whsec_ and no base64': 'whsec_not-base-64!',
  'whsec_ without padding': 'whsec_c2l4dGVlbiBjaGFyYWN0ZXJzcw',
};
const WRONG = 'The signature is not of this secret and body.';

function headersOf(secret: string, now = new Date(), next?: string): Record<string, string> {
  return deliveryHeaders({
    headerPrefix: 'X-4Calls-',
    eventType: 'contact.created',
    deliveryId: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
    signer: new Signer(secret),
    next: next === undefined ? null : new Signer(next),
    body: BODY,
    now,
  });
}

/** Only the signatures of the old system, or only those of Standard Webhooks. */
function only(kind: 'x-' | 'webhook-', headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase().startsWith(kind)));
}

test.each(Object.entries(SECRETS))('accepts both signatures of a secret: %s', async (_kind, secret) => {
  const headers = headersOf(secret);
  for (const sent of [headers, only('x-', headers), only('webhook-', headers)]) {
    expect((await verify(BODY, sent, secret)).event).toBe('contact.created');
    await expect(verify(BODY, sent, 'another secret of mine')).rejects.toThrow(WRONG);
    await expect(verify(BODY.replace('1.5', '9.5'), sent, secret)).rejects.toThrow(WRONG);
  }
});

test('returns the payload, of text or of bytes', async () => {
  const secret = SECRETS.raw;
  const payload = await verify<'4calls'>(BODY, headersOf(secret), secret);
  expect(payload).toEqual({
    event: 'contact.created',
    timestamp: '2026-01-22T10:30:00Z',
    data: { id: 'ü/😀', n: 1.5 },
  });
  if (payload.event === 'contact.created') expect(payload.data.id satisfies string).toBe('ü/😀');
  const bytes = Buffer.from(`padding${BODY}`).subarray(7);
  expect(await verify(bytes, headersOf(secret), secret)).toEqual(payload);
});

test('takes headers as fetch and as Node have them', async () => {
  const secret = SECRETS.generated;
  const headers = headersOf(secret);
  const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
  for (const sent of [new Headers(headers), lists, { ...headers, host: undefined }])
    expect((await verify(BODY, sent, secret)).event).toBe('contact.created');
});

test('accepts one of several secrets and signatures, as during a rotation', async () => {
  const [before, after] = [SECRETS.raw, SECRETS.generated];
  const headers = headersOf(before, new Date(), after);
  for (const sent of [headers, only('x-', headers), only('webhook-', headers)]) {
    for (const secret of [before, after, [after, before], ['of another webhook', after]])
      expect((await verify(BODY, sent, secret)).event).toBe('contact.created');
    await expect(verify(BODY, sent, ['of another webhook', 'and another'])).rejects.toThrow(WRONG);
  }
});

test('refuses what is old or from the future', async () => {
  const secret = SECRETS.generated;
  for (const seconds of [-310, 310]) {
    const headers = headersOf(secret, new Date(Date.now() + seconds * 1000));
    await expect(verify(BODY, headers, secret)).rejects.toThrow('more than 300 seconds old');
    expect((await verify(BODY, headers, secret, { tolerance: 400 })).event).toBe('contact.created');
  }
});

test('refuses what is not signed, or not well', async () => {
  const secret = SECRETS.generated;
  await expect(verify(BODY, {}, secret)).rejects.toThrow(InvalidSignatureError);
  await expect(verify(BODY, {}, secret)).rejects.toThrow('The request has no signature.');
  const { 'webhook-id': _, ...noId } = headersOf(secret);
  await expect(verify(BODY, noId, secret)).rejects.toThrow('webhook-id or webhook-timestamp');
  for (const value of ['', 'v1,', 'v1, v2,x größer', 'v2,AAAA', 'v1,===='])
    await expect(verify(BODY, { ...headersOf(secret), 'webhook-signature': value }, secret)).rejects.toThrow(WRONG);
  for (const value of ['', 'größer', '0'.repeat(64), 'abc'])
    await expect(verify(BODY, { 'X-URPA-Signature': value }, secret)).rejects.toThrow(WRONG);
});

test('an empty secret is a mistake, not a key', async () => {
  for (const secret of ['', [], ['a secret of mine', '']])
    await expect(verify(BODY, headersOf(SECRETS.raw), secret)).rejects.toThrow(TypeError);
});
