import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { HmacKey } from './hmac.ts';

/** RFC 4231, test cases 1, 2, 6 and 7: key in hexadecimal, text, signature. */
const VECTORS: [string, string, string][] = [
  ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  ['4a656665', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  [
    'aa'.repeat(131),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    'aa'.repeat(131),
    'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
];

test.each(VECTORS)('RFC 4231: key %s', (key, text, expected) => {
  expect(new HmacKey(Buffer.from(key, 'hex')).sign(text, 'hex')).toBe(expected);
});

test('is what createHmac makes, for keys and texts of every length, again and again', () => {
  const keys = [0, 1, 32, 63, 64, 65, 200].map((length) => randomBytes(length));
  const prepared = keys.map((key) => new HmacKey(key));
  for (let count = 0; count < 2_000; count++) {
    const which = randomInt(keys.length);
    const text = '{"a":"é→😀"}'.repeat(randomInt(count % 100 === 0 ? 20_000 : 40));
    const encoding = count % 2 === 0 ? 'hex' : 'base64';
    expect(prepared[which]!.sign(text, encoding)).toBe(
      createHmac('sha256', keys[which]!).update(text).digest(encoding),
    );
  }
});
