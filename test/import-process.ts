import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';

const MAIN = fileURLToPath(new URL('../bin/posthorn.ts', import.meta.url));

export interface ImportResult {
  code: number | null;
  output: string;
  errors: string;
}

export interface ImportProcess {
  child: ChildProcess;
  ended: Promise<ImportResult>;
}

/** Starts `posthorn import` as a process of its own. */
export function startImport(env: NodeJS.ProcessEnv, args: string[], input?: string): ImportProcess {
  const child = spawn(process.execPath, [MAIN, 'import', ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const chunks = { output: '', errors: '' };
  child.stdout.on('data', (chunk: Buffer) => (chunks.output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (chunks.errors += chunk.toString()));
  child.stdin.on('error', () => {}).end(input);
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...chunks }));
  return { child, ended };
}
