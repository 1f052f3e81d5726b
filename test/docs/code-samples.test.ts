import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { encodePhpJson } from '../../delivery/body/encode.ts';
import { deliveryHeaders, generateSecret, Signer } from '../../delivery/attempt/sign.ts';
import { platforms } from '../../core/platforms/index.ts';
import { findCode, findTable, readPage } from './markdown.ts';
import { isInstalled, LANGUAGES, startSample } from './sample-receiver.ts';

const PAGES = [
  { platform: platforms.urpa, page: readPage('docs/urpa-integration.md') },
  { platform: platforms['4calls'], page: readPage('docs/4calls-integration.md') },
];

describe.each(PAGES)('the page for $platform.label', ({ platform, page }) => {
  const eventType = platform.eventTypes[0]!;
  const secret = generateSecret();
  const body = encodePhpJson(
    JSON.stringify({
      event: eventType.type,
      timestamp: '2026-01-22T10:30:00Z',
      data: { note: 'Größe/😀', price: 1.5 },
    }),
  );
  const headers = deliveryHeaders({
    headerPrefix: platform.headerPrefix,
    eventType: eventType.type,
    deliveryId: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
    signer: new Signer(secret),
    body,
    now: new Date(),
  });

  for (const language of LANGUAGES) {
    test.skipIf(!isInstalled(language))(`its ${language} receiver accepts only genuine requests`, async () => {
      const sample = await startSample(language, findCode(page, language)[0] ?? '', secret);
      const post = async (text: string, sent: Record<string, string> = headers) =>
        (await fetch(sample.url, { method: 'POST', headers: sent, body: text })).status;
      try {
        expect(await post(body)).toBe(204);
        expect(await post(body.replace('1.5', '9.5'))).toBe(401);
        expect(await post(body, { ...headers, [`${platform.headerPrefix}Signature`]: 'größer' })).toBe(401);
        expect(await post(body, { 'content-type': 'application/json' })).toBe(401);
      } finally {
        await sample.stop();
      }
    });
  }

  test.skipIf(!isInstalled('php'))('its receiver for rotations accepts the old and the new secret', async () => {
    const [oldSecret, newSecret] = ['the old secret, plain', generateSecret()];
    const rotating = deliveryHeaders({
      headerPrefix: platform.headerPrefix,
      eventType: eventType.type,
      deliveryId: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
      signer: new Signer(oldSecret),
      next: new Signer(newSecret),
      body,
      now: new Date(),
    });
    const [plain = '', ...others] = findCode(page, 'php');
    const both = others.find((code) => code.includes('_SIGNATURE_NEXT')) ?? '';
    for (const [code, held, expected] of [
      [both, oldSecret, 204],
      [both, newSecret, 204],
      [both, generateSecret(), 401],
      [plain, oldSecret, 204],
    ] as const) {
      const sample = await startSample('php', code, held);
      try {
        const answer = await fetch(sample.url, { method: 'POST', headers: rotating, body });
        expect(answer.status).toBe(expected);
        const bare = await fetch(sample.url, { method: 'POST', body });
        expect(bare.status).toBe(401);
      } finally {
        await sample.stop();
      }
    }
  });

  test('its Standard Webhooks sample accepts only genuine requests', async () => {
    const code = findCode(page, 'js').find((block) => block.includes("'standardwebhooks'")) ?? '';
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-sample-'));
    try {
      symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
      writeFileSync(join(folder, 'sample.mjs'), code);
      const script = `
        import { readDelivery } from ${JSON.stringify(pathToFileURL(join(folder, 'sample.mjs')).href)};
        const { secret, headers, bodies } = JSON.parse(process.argv[1]);
        for (const body of bodies) {
          try { console.log(readDelivery(secret, body, headers).event); } catch (error) { console.log(error.name); }
        }`;
      const input = JSON.stringify({ secret, headers, bodies: [body, body.replace('1.5', '9.5')] });
      const said = execFileSync(process.execPath, ['--input-type=module', '-e', script, input], { encoding: 'utf8' });
      expect(said.trim().split('\n')).toEqual([eventType.type, 'WebhookVerificationError']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('its example payloads match those of the platform', () => {
    const shown = findCode(page, 'json').map((code) => JSON.parse(code) as unknown);
    const timestamp = '2026-01-22T10:30:00Z';
    expect(shown).toEqual(platform.eventTypes.map(({ type, example }) => ({ event: type, timestamp, data: example })));
    const described = platform.eventTypes.map(({ type, description }) => `### \`${type}\`\n\n${description}\n`);
    for (const text of described) expect(page).toContain(text);
  });

  test('its numbers and special characters arrive as described', () => {
    const rows = [...findTable(page, 'sent | arrives'), ...findTable(page, "sent | arrives | what PHP's")];
    expect(rows.length).toBeGreaterThan(10);
    for (const [sent = '', arrives] of rows) expect([sent, encodePhpJson(sent)]).toEqual([sent, arrives]);
  });

  test.skipIf(!isInstalled('php'))('PHP changes values as described', () => {
    for (const [, arrives = '', made = ''] of findTable(page, "sent | arrives | what PHP's")) {
      const said = execFileSync('php', ['-r', 'echo json_encode(json_decode($argv[1], true));', arrives], {
        encoding: 'utf8',
      });
      expect(made.startsWith('nothing') ? '' : made).toBe(said);
    }
  });
});
