import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.ts';
import type { System } from '../system.ts';

const POSTHORN = fileURLToPath(new URL('../../bin/posthorn', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** The lines of stdout as JSON. */
  lines(): Record<string, any>[]; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests read answers freely
}

export interface Running {
  child: ChildProcess;
  /** What it has printed so far. */
  output: { stdout: string; stderr: string };
  /** Waits for a text on stderr. */
  says(text: string): Promise<unknown>;
  /** Presses Ctrl-C, if a signal is given, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

/** A home folder of its own for the command line. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'posthorn-cli-'));
  private readonly env: NodeJS.ProcessEnv;

  /** Without a system, no URL and no key are known. */
  constructor(system?: Pick<System, 'apiUrl' | 'adminKey'>) {
    const { PATH, HOME } = process.env;
    const connection = system && { POSTHORN_URL: system.apiUrl, POSTHORN_KEY: system.adminKey };
    // A data folder that nobody has, in place of this checkout's.
    const nowhere = join(this.folder, 'nowhere');
    this.env = { PATH, HOME, XDG_CONFIG_HOME: join(this.folder, 'config'), POSTHORN_DATA_DIR: nowhere, ...connection };
  }

  /** Starts bin/posthorn in this folder. */
  start(args: string[], env: NodeJS.ProcessEnv = {}, input: string | null = null): Running {
    const stdio = [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'] as const;
    const child = spawn(POSTHORN, args, { cwd: this.folder, env: { ...this.env, ...env }, stdio: [...stdio] });
    if (input !== null) child.stdin!.end(input);
    return watch(child);
  }

  async run(args: string[], env?: NodeJS.ProcessEnv, input?: string): Promise<Ended> {
    return await this.start(args, env, input ?? null).end();
  }

  /** Runs a command that must succeed. */
  async ok(args: string[], env?: NodeJS.ProcessEnv, input?: string): Promise<Ended> {
    const ended = await this.run(args, env, input);
    if (ended.code !== 0) throw new Error(`posthorn ${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
    return ended;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function watch(child: ChildProcess): Running {
  const output = { stdout: '', stderr: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const closed = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    child,
    output,
    says: (text) =>
      eventually(() => {
        if (output.stderr.includes(text)) return true;
        throw new Error(`no "${text}" in ${JSON.stringify(output)}`);
      }),
    async end(signal) {
      if (signal) child.kill(signal);
      const code = await closed;
      const lines = () => output.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
      return { code, ...output, lines };
    },
  };
}
