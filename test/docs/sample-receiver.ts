import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';

export const LANGUAGES = ['php', 'js', 'python', 'go'] as const;
export type Language = (typeof LANGUAGES)[number] | 'ts';

const PROBES: Record<Language, string[]> = {
  php: ['php', '-v'],
  js: [process.execPath, '-v'],
  ts: [process.execPath, '-v'],
  python: ['python3', '--version'],
  go: ['go', 'version'],
};

export function isInstalled(language: Language): boolean {
  const [command = '', ...args] = PROBES[language];
  return spawnSync(command, args).status === 0;
}

export interface SampleReceiver {
  url: string;
  stop(): Promise<void>;
}

/** Runs a page's receiver as the page describes, in a folder below `parent`, with `more` in its environment. */
export async function startSample(
  language: Language,
  code: string,
  secret: string,
  more: Record<string, string> = {},
  parent = tmpdir(),
): Promise<SampleReceiver> {
  const folder = mkdtempSync(join(parent, 'posthorn-sample-'));
  const port = await choosePort();
  const [command, args] = prepare(language, folder, code, port);
  const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port), ...more };
  const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await eventually(() => accepts(port), 20_000);
  } catch (error) {
    await stop();
    throw new Error(`the ${language} sample does not listen: ${said}`, { cause: error });
  }
  return { url: `http://127.0.0.1:${port}/`, stop };
}

function prepare(language: Language, folder: string, code: string, port: number): [string, string[]] {
  const file = join(
    folder,
    { php: 'webhook.php', js: 'webhook.mjs', ts: 'webhook.ts', python: 'webhook.py', go: 'webhook.go' }[language],
  );
  writeFileSync(file, code);
  switch (language) {
    case 'php':
      return ['php', ['-S', `127.0.0.1:${port}`, file]];
    case 'js':
    case 'ts':
      return [process.execPath, [file]];
    case 'python':
      return ['python3', [file]];
    case 'go':
      for (const args of [['vet'], ['build', '-o', 'webhook']]) {
        execFileSync(PROBES.go[0]!, [...args, file], { cwd: folder, stdio: 'pipe' });
      }
      return [join(folder, 'webhook'), []];
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function choosePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', reject);
  });
}
