import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '../bin/embedded/operator-error.ts';
import { showProgress } from '../bin/progress.ts';

const run = promisify(execFile);

const MODULE = 'go.temporal.io/server';
/** Of the server that the bench builds; docker-compose.yml has the same. */
export const TEMPORAL_VERSION = 'v1.32.1';
const PROGRAMS = { server: 'cmd/server', sqlTool: 'cmd/tools/sql' } as const;

/** The paths of the Temporal server and of its schema tool. */
export type TemporalServer = Record<keyof typeof PROGRAMS, string>;

/** Finds the server in `$XDG_CACHE_HOME/posthorn/temporal-server` (default: below `~/.cache`), or builds it there with Go. */
export async function findTemporalServer(say: (line: string) => void): Promise<TemporalServer> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'posthorn', 'temporal-server', TEMPORAL_VERSION);
  const programs = { server: join(folder, 'server'), sqlTool: join(folder, 'sqlTool') };
  if (!Object.values(programs).every(existsSync)) await build(folder, say);
  return programs;
}

/** Builds from a new Go module, because `go install` refuses the server's module. Needs only Go's module proxy. */
async function build(folder: string, say: (line: string) => void): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const draft = mkdtempSync(join(folder, 'build-'));
  const progress = showProgress(`building the Temporal server ${TEMPORAL_VERSION} with Go, about 3 minutes, once`, say);
  const go = (...args: string[]) =>
    run('go', args, { cwd: draft, env: { ...process.env, GOFLAGS: '-mod=mod' }, maxBuffer: 64 * 1024 * 1024 });
  try {
    writeFileSync(join(draft, 'go.mod'), 'module build\n');
    await go('get', `${MODULE}@${TEMPORAL_VERSION}`);
    for (const [name, path] of Object.entries(PROGRAMS)) {
      await go('build', '-o', join(draft, name), `${MODULE}/${path}`);
      renameSync(join(draft, name), join(folder, name));
    }
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new OperatorError(`The Temporal server cannot be built with Go: ${stderr.trim().split('\n').at(-1)}`);
  } finally {
    progress.end();
    rmSync(draft, { recursive: true, force: true });
  }
}
