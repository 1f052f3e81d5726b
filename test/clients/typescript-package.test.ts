import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deliveryHeaders, generateSecret, Signer } from '../../delivery/attempt/sign.ts';
import { findCode, readPage } from '../docs/markdown.ts';
import { startSample } from '../docs/sample-receiver.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const PACKAGE = fileURLToPath(new URL('../../clients/typescript', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const run = promisify(execFile);
/** Without the project's own Node. */
const PATH = process.env['PATH']!.split(delimiter).filter((folder) => !folder.includes('node_modules'));

let system: System;
let receiver: Receiver;
/** A project that has installed the package. */
let folder: string;
let files: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-client-'));
  const ready = Promise.all([System.start(), startReceiver()]);
  files = await install();
  [system, receiver] = await ready;
});
afterAll(async () => {
  await Promise.all([receiver.close(), system.stop()]);
  rmSync(folder, { recursive: true });
});

/** Returns the names of the packed files. */
async function install(): Promise<string[]> {
  const npm = async (...args: string[]) => (await run('npm', [...args, '--loglevel=error'], { cwd: folder })).stdout;
  const packed = JSON.parse(await npm('pack', PACKAGE, '--json')) as { filename: string; files: { path: string }[] }[];
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  await npm('install', '--offline', '--no-audit', '--no-fund', `./${packed[0]!.filename}`);
  return packed[0]!.files.map(({ path }) => path);
}

/** Runs a script of that project by the machine's own Node. */
async function script(code: string, env: Record<string, string> = {}): Promise<string> {
  const file = join(folder, 'script.js');
  writeFileSync(file, code.replaceAll(/https:\/\/posthorn\.example|http:\/\/localhost:8080/g, system.apiUrl));
  const { stdout } = await run('node', [file], {
    env: { ...process.env, PATH: PATH.join(delimiter), POSTHORN_KEY: system.adminKey, ...env },
  });
  return stdout.trim();
}

test('has its code, its types, and nothing else', () => {
  expect(files).toEqual(expect.arrayContaining(['README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts']));
  const others = files.filter((path) => !/^dist\/(generated\/)?[a-z-]+\.(js|d\.ts)$/.test(path));
  expect(others.toSorted()).toEqual(['README.md', 'package.json']);
});

test('emits with a script of five lines, and verifies what arrives', async () => {
  const webhook = await system.register(receiver.url);
  const id = await script(`
    import { Posthorn } from '@posthorn/client';
    const posthorn = new Posthorn({ url: 'https://posthorn.example', key: process.env.POSTHORN_KEY });
    const { deliveries } = await posthorn.urpa.events.emit('contact.created', { id: 'Größe/1' });
    console.log(deliveries[0].id);`);
  await system.reaches(id, 'delivered');
  const [{ body, headers } = { body: '', headers: {} }] = receiver.of(id);
  const said = await script(
    `
    // As in Node 18.
    delete globalThis.crypto;
    const { verify } = await import('@posthorn/client');
    const { body, headers, secret } = JSON.parse(process.env.ARRIVED);
    const refused = await verify(body, headers, 'another secret of mine').catch((error) => error.name);
    console.log((await verify(body, headers, secret)).data.id, refused);`,
    { ARRIVED: JSON.stringify({ body, headers, secret: webhook.secret }) },
  );
  expect(said).toBe('Größe/1 InvalidSignatureError');
});

const PAGES = ['clients/typescript/README.md', 'docs/urpa-integration.md', 'docs/4calls-integration.md', 'README.md'];
const samplesOf = (path: string) => findCode(readPage(path), 'ts');

describe('the samples of the documents', () => {
  test('have right types', async () => {
    const samples = PAGES.flatMap(samplesOf);
    for (const [index, code] of samples.entries()) {
      // Each goes on where the one before it ended.
      const known = code.includes('posthorn.') && !code.includes('const posthorn');
      writeFileSync(join(folder, `sample-${index}.ts`), known ? `${samples[0]}${code}` : code);
    }
    const options = { strict: true, module: 'nodenext', target: 'es2022', noEmit: true, types: ['node'] };
    const compilerOptions = { ...options, typeRoots: [join(MODULES, '@types')] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['sample-*.ts'] }));
    const tsc = join(MODULES, 'typescript/bin/tsc');
    const said = await run(process.execPath, [tsc, '-p', folder]).catch((error: { stdout: string }) => error);
    expect(said.stdout).toBe('');
    expect(samples.length).toBeGreaterThan(6);
  });

  test.each(PAGES)('of %s emit', async (path) => {
    const code = samplesOf(path).find((one) => one.includes('.emit('))!;
    const id = await script(stripTypeScriptTypes(code));
    expect(await system.sql('select id from events where id = $1', [id])).toHaveLength(1);
  });

  test('of its own page read pages, and wait', async () => {
    const [emit, pages, patient] = samplesOf(PAGES[0]!);
    const said = await script(stripTypeScriptTypes(`${emit}${pages}${patient!.replace(/^import .*$/gm, '')}`));
    expect(said.split('\n').length).toBeGreaterThan(2);
  });

  test.each(PAGES.slice(1, 3))('of %s verify', async (path) => {
    const code = samplesOf(path).find((one) => one.includes('createServer'))!;
    const secret = generateSecret();
    const sample = await startSample('ts', code, secret, {}, folder);
    const body = '{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":{"id":"1"}}';
    const post = async (signer: Signer) => {
      const signed = { headerPrefix: 'X-URPA-', eventType: 'contact.created', deliveryId: 'a', signer, body };
      const headers = deliveryHeaders({ ...signed, now: new Date() });
      return (await fetch(sample.url, { method: 'POST', headers, body })).status;
    };
    try {
      expect([await post(new Signer(secret)), await post(new Signer(generateSecret()))]).toEqual([204, 401]);
    } finally {
      await sample.stop();
    }
  });

  test('of its own page verify', async () => {
    const code = samplesOf(PAGES[0]!).find((one) => one.includes('receive('))!;
    const secret = generateSecret();
    const body = '{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":{"email":"ada@example.com"}}';
    const signed = {
      headerPrefix: 'X-URPA-',
      eventType: 'contact.created',
      deliveryId: 'a',
      signer: new Signer(secret),
    };
    const headers = deliveryHeaders({ ...signed, body, now: new Date() });
    const call = `
      for (const body of [process.env.BODY, 'other']) {
        const request = new Request('http://localhost/', { method: 'POST', headers: JSON.parse(process.env.HEADERS), body });
        console.log((await receive(request)).status);
      }`;
    const env = { BODY: body, HEADERS: JSON.stringify(headers), WEBHOOK_SECRET: secret };
    expect(await script(stripTypeScriptTypes(code) + call, env)).toBe('ada@example.com\n204\n401');
  });
});
