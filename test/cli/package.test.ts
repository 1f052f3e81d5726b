import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type TestApi } from '../api.ts';

const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../../cli', import.meta.url));
const OWN_NODE = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** The machine's own Node, which may be older than the project's. */
function findNode(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.startsWith(OWN_NODE));
  for (const folder of folders) {
    try {
      const node = join(folder, 'node');
      if (execFileSync(node, ['-p', 'parseInt(process.versions.node)'], { encoding: 'utf8' }) >= '20') return node;
    } catch {
      // None here.
    }
  }
  return process.execPath;
}

let folder: string;
let api: TestApi;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-package-'));
  api = await startApi();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await api.close();
});

test('the packed command line runs by any Node from 20 on, with nothing installed', async () => {
  await run('npm', ['pack', '--pack-destination', folder], { cwd: CLI });
  const [archive = ''] = readdirSync(folder);
  expect(archive).toMatch(/^posthorn-cli-[\d.]+\.tgz$/);
  await run('tar', ['-xzf', archive], { cwd: folder });
  expect(readdirSync(join(folder, 'package')).toSorted()).toEqual(['README.md', 'dist', 'package.json']);
  const env = { HOME: folder, POSTHORN_URL: api.url, POSTHORN_KEY: api.adminKey };
  const posthorn = async (...args: string[]) =>
    (await run(findNode(), [join(folder, 'package/dist/posthorn.js'), ...args], { env, cwd: folder })).stdout;

  expect(await posthorn('--help')).toContain('posthorn <command> --help');
  const webhook = JSON.parse(
    await posthorn('webhooks', 'create', 'https://receiver.example/hook', 'contact.created', '--json'),
  );
  const event = JSON.parse(
    await posthorn('emit', 'contact.created', '--data', '{"id": 12345678901234567890}', '--json'),
  );
  expect(event.deliveries).toMatchObject([{ webhook_id: webhook.id }]);
  expect(await posthorn('deliveries', 'get', event.deliveries[0].id)).toContain('"id":12345678901234567890');
  expect(await posthorn('completion', 'bash')).toContain('complete -o default');

  const assistant = new Client({ name: 'test', version: '1.0.0' });
  const args = [join(folder, 'package/dist/posthorn.js'), 'mcp'];
  await assistant.connect(new StdioClientTransport({ command: findNode(), args, env, cwd: folder }));
  expect((await assistant.listTools()).tools.length).toBeGreaterThan(5);
  await assistant.close();

  // What needs the server's own code says so.
  const doctor = await run(findNode(), [join(folder, 'package/dist/posthorn.js'), 'doctor'], { env }).catch(
    (error) => error,
  );
  expect(doctor.stdout).toContain('run where Posthorn is installed');
  const imported = await run(findNode(), [join(folder, 'package/dist/posthorn.js'), 'import'], { env }).catch(
    (error) => error,
  );
  expect(imported).toMatchObject({ code: 1, stderr: expect.stringContaining('runs where Posthorn is installed') });
});
