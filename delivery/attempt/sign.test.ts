import { createHmac, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { deliveryHeaders, generateSecret, Signer } from './sign.ts';

const body = '{"event":"activity.created","timestamp":"2026-01-22T10:30:00Z","data":{"id":"\\u00e9\\/"}}';

function makeHeaders(secret: string): Record<string, string> {
  return deliveryHeaders({
    headerPrefix: 'X-URPA-',
    eventType: 'activity.created',
    deliveryId: '019be3a0-0000-7000-8000-000000000001',
    signer: new Signer(secret),
    body,
    now: new Date(),
  });
}

describe('the signature in hex', () => {
  it('is HMAC-SHA256 in lower-case hex (RFC 4231, test case 2)', () => {
    expect(new Signer('Jefe').signHex('what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('takes secret and body as UTF-8', () => {
    const expected = createHmac('sha256', Buffer.from('ключ')).update(Buffer.from('é')).digest('hex');
    expect(new Signer('ключ').signHex('é')).toBe(expected);
  });
});

describe('the Standard Webhooks signature', () => {
  it("matches the specification's example", () => {
    const signature = new Signer('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').signStandard({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    });
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('has one signature for each key that a library may read from the secret', () => {
    const count = (secret: string) =>
      new Signer(secret).signStandard({ id: 'a', timestamp: 1, body }).split(' ').length;
    expect(count(generateSecret())).toBe(1);
    expect(count('plain secret with spaces')).toBe(1);
    expect(count('abcdefghijklmnop')).toBe(2);
    expect(count('whsec_not base64, taken raw')).toBe(1);
  });
});

describe('the Standard Webhooks library', () => {
  it('verifies with a generated secret', () => {
    const secret = generateSecret();
    expect(new Webhook(secret).verify(body, makeHeaders(secret))).toEqual(JSON.parse(body));
  });

  it('verifies with a plain secret taken raw', () => {
    for (const secret of ['a plain secret, 16+', 'abcdefghijklmnop', 'whsec_not base64!']) {
      expect(new Webhook(secret, { format: 'raw' }).verify(body, makeHeaders(secret)), secret).toBeTruthy();
    }
    const secret = 'ein längeres Geheimnis';
    expect(new Webhook(Buffer.from(secret), { format: 'raw' }).verify(body, makeHeaders(secret))).toBeTruthy();
  });

  it('verifies with every plain secret that it decodes as base64 by default', () => {
    for (let length = 12; length < 60; length += 1) {
      const padded = randomBytes(length).toString('base64');
      for (const secret of [padded, padded.replaceAll('=', ''), padded.slice(0, -3)]) {
        expect(new Webhook(secret).verify(body, makeHeaders(secret)), secret).toBeTruthy();
        expect(new Webhook(secret, { format: 'raw' }).verify(body, makeHeaders(secret)), secret).toBeTruthy();
      }
    }
  });

  it('turns down another secret and another body', () => {
    const headers = makeHeaders('abcdefghijklmnop');
    expect(() => new Webhook('abcdefghijklmnoq').verify(body, headers)).toThrow();
    expect(() => new Webhook('abcdefghijklmnop').verify(`${body} `, headers)).toThrow();
  });
});

describe('deliveryHeaders', () => {
  it('is the table of the contract', () => {
    const signer = new Signer('abcdefghijklmnop');
    const headers = deliveryHeaders({
      headerPrefix: 'X-4Calls-',
      eventType: 'campaign.started',
      deliveryId: 'id-1',
      signer,
      body,
      now: new Date('2026-01-22T10:30:00.999Z'),
    });
    expect(headers).toEqual({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Posthorn\/\d+\.\d+\.\d+$/) as string,
      'X-4Calls-Signature': signer.signHex(body),
      'X-4Calls-Event': 'campaign.started',
      'X-4Calls-Delivery': 'id-1',
      'webhook-id': 'id-1',
      'webhook-timestamp': '1769077800',
      'webhook-signature': signer.signStandard({ id: 'id-1', timestamp: 1769077800, body }),
    });
  });
});

describe('during a rotation', () => {
  const [oldSecret, newSecret] = ['the old secret, plain', generateSecret()];
  const headers = deliveryHeaders({
    headerPrefix: 'X-URPA-',
    eventType: 'activity.created',
    deliveryId: 'id-1',
    signer: new Signer(oldSecret),
    next: new Signer(newSecret),
    body,
    now: new Date(),
  });

  it('the old secret signs as before, and the new one in a header of its own', () => {
    expect(headers['X-URPA-Signature']).toBe(new Signer(oldSecret).signHex(body));
    expect(headers['X-URPA-Signature-Next']).toBe(new Signer(newSecret).signHex(body));
  });

  it('the Standard Webhooks signature has both, the new one first', () => {
    const signed = { id: 'id-1', timestamp: Number(headers['webhook-timestamp']), body };
    const [next, old] = [new Signer(newSecret), new Signer(oldSecret)].map((signer) => signer.signStandard(signed));
    expect(headers['webhook-signature']).toBe(`${next} ${old}`);
    expect(new Webhook(newSecret).verify(body, headers)).toBeTruthy();
    expect(new Webhook(oldSecret, { format: 'raw' }).verify(body, headers)).toBeTruthy();
    expect(() => new Webhook(generateSecret()).verify(body, headers)).toThrow();
  });
});

describe('generateSecret', () => {
  it('is whsec_ and 32 bytes in base64, never the same twice', () => {
    expect(generateSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(generateSecret()).not.toBe(generateSecret());
  });
});
