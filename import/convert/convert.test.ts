import { spawnSync } from 'node:child_process';
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { timeInId } from '../../core/db/partitions.ts';
import { platforms } from '../../core/platforms/index.ts';
import { parseAllowlist } from '../../delivery/guard/guard.ts';
import { bodyOf } from './body.ts';
import { deliveryIdOf, idFrom, searchedOldId, webhookIdOf } from './ids.ts';
import { decryptLaravel, isLaravelEncrypted } from './laravel-secret.ts';
import { readStatus } from './old-status.ts';
import { convertWebhook } from './old-webhook.ts';
import { OldClock } from './times.ts';

const UTC = new OldClock('UTC');
const AT = new Date('2026-01-22T10:30:00Z');

describe('the body', () => {
  const envelope = (data: string) => `{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":${data}}`;
  const hasPhp = spawnSync('php', ['-v']).status === 0;

  test('is what PHP encodes of the array that it reads', () => {
    const stored = envelope(
      '{"b":1,"a":"Ä/b","none":{},"list":[{}],"big":12345678901234567890,"text":"{} 12345678901234567890","low":1e-7}',
    );
    expect(bodyOf(stored, 'contact.created', AT).body).toBe(
      envelope(
        String.raw`{"b":1,"a":"\u00c4\/b","none":[],"list":[[]],"big":1.2345678901234567e+19,"text":"{} 12345678901234567890","low":1.0e-7}`,
      ),
    );
  });

  test.runIf(hasPhp)('is what real PHP encodes', () => {
    const file = new URL('../../test/fixtures/php-vectors.json', import.meta.url);
    const { same } = JSON.parse(readFileSync(file, 'utf8')) as { same: [string, string][] };
    // Beside lists with keys, which PHP never stores as objects, and what it cannot read back.
    const isLeftOut = (text: string) => /"\d+":|e\+?[34]\d\d|\d{300}/i.test(text) || text.length > 500;
    const extra = [
      '{}',
      '[{}]',
      '[9223372036854775807,9223372036854775808,-9223372036854775808,-9223372036854775809]',
      '{"a":"\\\\{}"}',
    ];
    const texts = [...same.map(([text]) => text).filter((text) => !isLeftOut(text)), ...extra].map(envelope);
    const script =
      'foreach (json_decode(stream_get_contents(STDIN)) as $t) $out[] = json_encode(json_decode($t, true)); echo json_encode($out);';
    const { stdout } = spawnSync('php', ['-d', 'serialize_precision=-1', '-r', script], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
    });
    // PHP writes negative zero, and reads it as zero.
    const written = (JSON.parse(stdout) as string[]).map((text) =>
      text.replaceAll(/(?<!["\w.+-])-0(?:\.0)?(?![\d.])/g, '0'),
    );
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.map((text) => bodyOf(text, 'contact.created', AT).body)).toEqual(written);
  });

  test('of a payload without envelope gets one', () => {
    const { body, wrapped, data } = bodyOf('{"id": "7"}', 'contact.created', AT);
    expect([body, wrapped, data]).toEqual([envelope('{"id":"7"}'), true, '{"id":"7"}']);
  });

  test('may be stored as a JSON string', () => {
    expect(bodyOf(JSON.stringify(envelope('[]')), 'contact.created', AT)).toMatchObject({
      body: envelope('[]'),
      wrapped: false,
    });
  });
});

describe('ids', () => {
  const v7 = idFrom(AT, 'any');

  test('of webhooks stay, if they are UUIDs', () => {
    expect(webhookIdOf('urpa', 'F47AC10B-58CC-4372-A567-0E02B2C3D479', AT)).toBe(
      'f47ac10b-58cc-4372-a567-0e02b2c3d479',
    );
  });

  test('that are numbers become UUIDv7 of the time of creation, always the same and each another', () => {
    const made = [
      webhookIdOf('urpa', '1', AT),
      deliveryIdOf('urpa', '1', AT),
      deliveryIdOf('4calls', '1', AT),
      deliveryIdOf('urpa', '2', AT),
    ];
    expect(new Set(made).size).toBe(4);
    for (const id of made) expect([timeInId(id), id[14]]).toEqual([AT, '7']);
    expect(deliveryIdOf('urpa', '1', AT)).toBe(made[1]);
  });

  test('of deliveries stay, if their time is that of the creation', () => {
    expect(deliveryIdOf('urpa', v7, new Date(AT.getTime() + 59_000))).toBe(v7);
    expect(deliveryIdOf('urpa', v7, new Date(AT.getTime() + 61_000))).not.toBe(v7);
    expect(searchedOldId(v7, v7)).toBeNull();
    expect(searchedOldId('42', v7)).toBe('old:42');
    expect(searchedOldId('f47ac10b-58cc-4372-a567-0e02b2c3d479', v7)).toBe('f47ac10b-58cc-4372-a567-0e02b2c3d479');
  });
});

describe('times', () => {
  test.each([
    ['2026-01-22 10:30:00', '2026-01-22T10:30:00.000Z'],
    ['2026-01-22 10:30:00.123456', '2026-01-22T10:30:00.123Z'],
    ['2026-01-22 12:30:00+02', '2026-01-22T10:30:00.000Z'],
    ['2026-01-22T10:30:00Z', '2026-01-22T10:30:00.000Z'],
  ])('%s is read as UTC', (text, expected) => {
    expect(UTC.read(text)?.toISOString()).toBe(expected);
  });

  test.each(['0000-00-00 00:00:00', '', 'yesterday', null])('%j is no time', (text) => {
    expect(UTC.read(text)).toBeNull();
  });

  test('are local where the application was, in winter and in summer', () => {
    const berlin = new OldClock('Europe/Berlin');
    for (const text of ['2026-01-22 11:30:00', '2026-07-22 12:30:00', '2026-03-29 03:00:00', '2026-10-25 03:00:00']) {
      expect(berlin.write(berlin.read(text)!)).toBe(text);
    }
    expect(berlin.read('2026-07-22 12:30:00')?.toISOString()).toBe('2026-07-22T10:30:00.000Z');
    expect(() => new OldClock('Berlin')).toThrow(RangeError);
  });
});

test.each([
  ['pending', 0, false, 'open'],
  ['Retrying', 2, true, 'open'],
  ['failed', 3, true, 'open'],
  ['failed', 6, false, 'failed'],
  ['delivered', 1, false, 'delivered'],
  ['ok', 1, false, 'delivered'],
  ['lost', 1, false, null],
])('the status %s after %d attempts, with a next one: %s, is %s', (status, attempts, hasNext, expected) => {
  expect(readStatus({ status }, { attempts, hasNext }, new Map([['ok', 'delivered']]))).toBe(expected);
});

describe('secrets that Laravel encrypted', () => {
  const key = randomBytes(32);
  const appKey = `base64:${key.toString('base64')}`;
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const value = cipher.update('the secret', 'utf8', 'base64') + cipher.final('base64');
  const mac = createHmac('sha256', key)
    .update(iv.toString('base64') + value)
    .digest('hex');
  const text = Buffer.from(JSON.stringify({ iv: iv.toString('base64'), value, mac, tag: '' })).toString('base64');

  test('are decrypted with its key only', () => {
    expect(isLaravelEncrypted(text)).toBe(true);
    expect(isLaravelEncrypted('eyJhbGciOiJub25lIn0')).toBe(false);
    expect(decryptLaravel(text, appKey)).toBe('the secret');
    expect(() => decryptLaravel(text, `base64:${randomBytes(32).toString('base64')}`)).toThrow('another key');
    expect(() => decryptLaravel(text, 'short')).toThrow('must be the key');
  });
});

describe('a webhook', () => {
  const rules = { platform: platforms.urpa, allowlist: parseAllowlist(''), clock: UTC, appKey: undefined };
  const convert = (fields: Record<string, string | null>) =>
    convertWebhook(
      { id: '1', url: 'https://example.com/a', secret: 'x'.repeat(16), events: '["contact.created"]', ...fields },
      rules,
    );

  test('that registration would accept has no notes', () => {
    const webhook = { url: 'https://example.com/a', active: true, pausedReason: null, headers: {}, deletedAt: null };
    expect(convert({})).toMatchObject({ webhook, notes: [] });
  });

  test.each<[Record<string, string | null>, object, string]>([
    [{ secret: 'short' }, { secret: 'short' }, 'shorter than 16'],
    [{ secret: '' }, { secret: '' }, 'shorter than 16'],
    [{ secret: null }, { secret: null }, 'had no secret'],
    [
      { url: 'http://10.0.0.5/' },
      { active: true, pausedReason: expect.stringContaining('10.0.0.5') },
      'its URL is refused: 10.0.0.5',
    ],
    [{ url: 'ftp://example.com/' }, { pausedReason: expect.stringContaining('not http') }, 'its URL is refused'],
    [
      { url: 'https://ada:p%40ss@example.com/a' },
      { url: 'https://example.com/a', headers: { Authorization: 'Basic YWRhOnBAc3M=' } },
      'credentials',
    ],
    [
      { events: '["contact.created","call.ended"]' },
      { events: ['contact.created'], active: true },
      '"call.ended" does not exist',
    ],
    [{ events: '["call.ended"]' }, { events: [], active: false }, 'turned off'],
    [{ events: '{contact.created,contact.updated}' }, { events: ['contact.created', 'contact.updated'] }, ''],
    [{ events: '["*"]' }, { events: platforms.urpa.eventTypes.map(({ type }) => type) }, 'all event types'],
    [{ active: '0' }, { active: false, inactiveReason: 'it was turned off in the old system' }, ''],
    [{ deleted_at: '2026-01-22 10:30:00' }, { active: false, deletedAt: AT }, ''],
    [{ paused_at: '2026-01-22 10:30:00' }, { active: true, pausedReason: 'it was paused in the old system' }, ''],
  ])('with %j', (fields, webhook, note) => {
    const converted = convert(fields);
    expect(converted).toMatchObject({ webhook });
    expect((converted as { notes: string[] }).notes.join('\n')).toContain(note);
  });

  test('with an encrypted secret needs the key', () => {
    const secret = Buffer.from('{"iv":"a","value":"b","mac":"c"}').toString('base64');
    expect(convert({ secret })).toContain('APP_KEY');
  });
});
