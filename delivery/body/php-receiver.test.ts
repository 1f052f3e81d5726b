import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { encodePhpJson } from './encode.ts';
import { Signer } from '../attempt/sign.ts';

const hasPhp = spawnSync('php', ['-v']).status === 0;

const VECTORS = new URL('../../test/fixtures/php-vectors.json', import.meta.url);

/** The receivers' own check (contract.md, What a receiver gets); answers what it turns down. */
const RECEIVER = `
$turnedDown = [];
foreach (json_decode(stream_get_contents(STDIN), true) as $index => [$body, $secret, $received]) {
    $payload = json_decode($body, true);
    if (!hash_equals(hash_hmac('sha256', json_encode($payload), $secret), $received)) $turnedDown[] = [$index, $body, json_encode($payload)];
}
echo json_encode($turnedDown);
`;

const CHARACTERS = [
  'a',
  'Z',
  ' ',
  '/',
  '\\',
  '"',
  "'",
  '<',
  '&',
  '\n',
  '\t',
  '\u0000',
  '\u001f',
  '\u007f',
  'é',
  'ß',
  '€',
  '日',
  '\u2028',
  '😀',
];

function inventText(): string {
  return Array.from({ length: randomInt(12) }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');
}

function inventNumber(): number {
  for (;;) {
    const double = randomBytes(8).readDoubleLE();
    const value =
      [double, Math.random(), randomInt(1_000_000) / 100, randomInt(1_000_000) - 500_000][randomInt(4)] ?? 0;
    // Written by JavaScript, integers of these sizes leave the 64 bits that PHP has.
    if (Number.isFinite(value) && !(Number.isInteger(value) && Math.abs(value) >= 2 ** 63)) return value;
  }
}

/** Deliveries are [body, secret, signature]. */
function findTurnedDown(deliveries: string[][]): unknown {
  const options = ['-d', 'serialize_precision=-1', '-r', RECEIVER];
  return JSON.parse(execFileSync('php', options, { input: JSON.stringify(deliveries) }).toString());
}

/** Never an empty object or one that PHP takes for a list: those do not survive it. */
function inventValue(depth: number): unknown {
  switch (randomInt(depth > 0 ? 7 : 5)) {
    case 0:
      return [true, false, null][randomInt(3)];
    case 1:
    case 2:
      return inventNumber();
    case 3:
    case 4:
      return inventText();
    case 5:
      return Array.from({ length: randomInt(5) }, () => inventValue(depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: 1 + randomInt(5) }, () => [`k${inventText()}`, inventValue(depth - 1)]),
      );
  }
}

it.runIf(hasPhp)('passes the check of PHP receivers for every recorded text', () => {
  const { same } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { same: [string, string][] };
  const deliveries = same.map(([text]) => {
    const body = encodePhpJson(text);
    return [body, 'a secret', new Signer('a secret').signHex(body)];
  });
  expect(findTurnedDown(deliveries)).toEqual([]);
});

it.runIf(hasPhp)('passes the check of PHP receivers, whatever the payload', () => {
  const deliveries = Array.from({ length: 3000 }, (_, index) => {
    const payload = { event: 'contact.created', timestamp: '2026-01-22T10:30:00Z', data: inventValue(4) };
    const secret = `secret of webhook ${index}`;
    const body = encodePhpJson(JSON.stringify(payload, null, index % 3));
    return [body, secret, new Signer(secret).signHex(body)];
  });
  expect(findTurnedDown(deliveries)).toEqual([]);
});
