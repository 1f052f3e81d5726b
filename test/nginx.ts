import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const PROGRAM = ['nginx', '/usr/sbin/nginx'].find((name) => spawnSync(name, ['-v']).status === 0);

export const hasNginx = PROGRAM !== undefined;

export interface Nginx {
  /** Writes a file beside its configuration, and has it read again. */
  change(name: string, text: string): void;
  close(): Promise<void>;
}

/** Starts a real nginx with the text inside `http { … }`, and files beside it. It is ready when it answers at `url`. */
export async function startNginx(http: string, files: Record<string, string>, url: string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-nginx-'));
  chmodSync(folder, 0o755);
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const main = ['daemon off;', `pid ${join(folder, 'pid')};`, 'error_log stderr warn;', 'events {}'];
  write('nginx.conf', [...main, 'http {', 'access_log off;', ...temporary, http, '}', ''].join('\n'));
  const child = spawn(PROGRAM!, ['-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'inherit', 'inherit'] });
  await eventually(async () => (await fetch(url)).status > 0);
  return {
    change(name, text) {
      write(name, text);
      child.kill('SIGHUP');
    },
    async close() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
