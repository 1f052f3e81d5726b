import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeptState } from '../../bin/embedded/kept-environment.ts';
import { findFreePort, isPortFree } from '../../bin/embedded/ports.ts';
import { eventually } from '../eventually.ts';

const START = fileURLToPath(new URL('../../bin/start.ts', import.meta.url));

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'posthorn-start-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `npm start` without npm until it exits. Calls `onReady` once it is ready. */
async function start(settings: NodeJS.ProcessEnv, onReady?: (kill: (signal: NodeJS.Signals) => void) => Promise<void>) {
  const env = { ...process.env, DATABASE_URL: '', TEMPORAL_ADDRESS: '', POSTHORN_DATA_DIR: dataDir, ...settings };
  const child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  let told = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.stdout += text;
    if (told || !ended.stdout.includes('Ctrl-C stops it')) return;
    told = true;
    void onReady?.((signal) => child.kill(signal)).catch(() => child.kill('SIGTERM'));
  });
  [ended.code] = (await once(child, 'close')) as [number | null];
  return ended;
}

/** The command lines of the processes that use a folder. */
function processesNaming(folder: string): string[] {
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
  return commands.filter((command) => command.includes(folder));
}

describe('npm start', () => {
  it('reports in one line that its port is in use, and starts nothing', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ended = await start({ PORT: String(port) });
    server.close();
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: `Port ${port} is in use; set PORT to another one.\n` });
  });

  it('reports in one line that another version of PostgreSQL created the data folder', async () => {
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '14\n');
    const ended = await start({ PORT: String(await findFreePort()) });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^The data folder \S+ was made by PostgreSQL 14, and .* brings PostgreSQL 18; .*\n$/);
  });

  it('names the invalid variable', async () => {
    const ended = await start({ PORT: 'eighty' });
    expect(ended).toMatchObject({ code: 1, stderr: 'PORT must be a whole number from 1 to 65535\n' });
  });

  it('reports that TEMPORAL_CLI does not exist', async () => {
    const ended = await start({ PORT: String(await findFreePort()), TEMPORAL_CLI: '/bin/true' });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe('TEMPORAL_CLI is /bin/true, which is not a Temporal CLI that runs here.\n');
  });

  it('starts, refuses a second start on its data folder, and leaves nothing running after SIGINT', async () => {
    const port = await findFreePort();
    const base = `http://127.0.0.1:${port}`;
    let ready = 0;
    let second: Ended | undefined;
    const switched = () =>
      ['api', 'worker'].map((name) =>
        readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8').includes('"level_name":"debug"'),
      );
    const ended = await start({ PORT: String(port) }, async (kill) => {
      ready = (await fetch(`${base}/readyz`)).status;
      kill('SIGUSR2');
      await eventually(() => switched().every(Boolean));
      second = await start({ PORT: String(await findFreePort()) });
      kill('SIGINT');
    });
    expect(ready).toBe(200);
    expect(second).toMatchObject({ code: 1 });
    expect(second?.stderr).toMatch(/^The data folder \S+ is in use by another Posthorn \(process \d+\); .*\n$/);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(switched()).toEqual([true, true]);
    for (const line of ['Dashboard', 'API reference', 'Metrics', 'Temporal Web UI', 'Admin key'])
      expect(ended.stdout).toContain(line);
    expect(await isPortFree(port)).toBe(true);
    expect(readKeptState(dataDir)).toMatchObject({ apiPort: port });
  });

  it('stops in order when the reader of its output is killed', async () => {
    const port = await findFreePort();
    const env = {
      ...process.env,
      DATABASE_URL: '',
      TEMPORAL_ADDRESS: '',
      POSTHORN_DATA_DIR: dataDir,
      PORT: String(port),
    };
    const child = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (!stdout.includes('Ctrl-C stops it')) return;
      child.stdout.destroy();
      const pid = Number.parseInt(readFileSync(join(dataDir, 'run', 'api.pid'), 'utf8'), 10);
      // The reader sees its end.
      process.kill(pid, 'SIGKILL');
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(readdirSync(join(dataDir, 'run')).filter((name) => name.endsWith('.pid'))).toEqual([]);
    expect(processesNaming(dataDir)).toEqual([]);
  });
});
