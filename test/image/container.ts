import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Layout } from './layout.ts';

/** As in the manifests: the user `node` of the image. */
const NODE_USER = 1000;
/** What the base image has and this machine too. */
const BASE = ['/usr', '/bin', '/lib', '/lib64', '/sbin', '/etc/ssl', '/etc/hosts', '/etc/resolv.conf', '/etc/passwd'];

export const hasBubblewrap = spawnSync('bwrap', ['--version']).status === 0;

/** A process in the image's layout, as Kubernetes would run it: a user without rights, a read-only root, an empty /tmp. */
export class Container {
  readonly name: string;
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private pid = 0;

  constructor(layout: Layout, command: readonly string[], env: Record<string, string>) {
    this.name = command.join(' ');
    const [program = '', ...args] = command;
    const identity = process.getuid?.() === 0 ? { uid: NODE_USER, gid: NODE_USER } : {};
    this.child = spawn('bwrap', [...options(layout), program === 'node' ? '/node' : program, ...args], {
      ...identity,
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...layout.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    const info = this.child.stdio[3] as Readable;
    info.setEncoding('utf8').on('data', (text: string) => {
      this.pid ||= Number(/"child-pid": (\d+)/.exec(text)?.[1] ?? 0);
    });
    this.ended = once(this.child, 'close');
  }

  /** Waits for its end and returns the exit code. */
  async end(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.child.exitCode === null && this.pid > 0) process.kill(this.pid, signal);
  }
}

function options({ root, workdir }: Layout): string[] {
  const base = BASE.filter(existsSync).flatMap((path) => ['--ro-bind', path, path]);
  return [
    ...['--ro-bind', root + workdir, workdir, '--chdir', workdir],
    ...base,
    ...['--ro-bind', process.execPath, '/node'],
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--remount-ro', '/'],
    ...['--unshare-user', '--unshare-ipc', '--cap-drop', 'ALL', '--die-with-parent', '--info-fd', '3', '--'],
  ];
}
