import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Context } from '../supervise.ts';
import { showProgress } from '../progress.ts';
import { isLock, tryLock } from './file-lock.ts';
import { OperatorError } from './operator-error.ts';

const run = promisify(execFile);

/** The newest release that `go install` can build. */
const CLI_VERSION = 'v1.5.1';
const GO_MINIMUM = { major: 1, minor: 25 };
const DOWNLOAD_STALL_MS = 20_000;
const DOWNLOAD_LIMIT_MS = 300_000;
const FILE_NAME = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** The folder that keeps the Temporal CLI between checkouts: `$XDG_CACHE_HOME/posthorn/bin`, default: below `~/.cache`. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'posthorn', 'bin');
}

/**
 * Finds the Temporal CLI: TEMPORAL_CLI, PATH, the cache folder, a download, or a build with Go. Prints the source.
 * @returns the path of the program
 * @throws OperatorError with instructions if nothing works
 */
export async function findTemporalCli(env: NodeJS.ProcessEnv, context: Context): Promise<string> {
  const { say } = context;
  const named = env['TEMPORAL_CLI'];
  if (named) {
    if (await isTemporal(named)) {
      say(`Temporal: ${named}, named by TEMPORAL_CLI.`);
      return named;
    }
    throw new OperatorError(`TEMPORAL_CLI is ${named}, which is not a Temporal CLI that runs here.`);
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, FILE_NAME);
    if (folder && existsSync(path) && (await isTemporal(path))) {
      say(`Temporal: ${path}, found on PATH.`);
      return path;
    }
  }
  const cached = join(cacheFolder(env), FILE_NAME);
  if (existsSync(cached)) say(`Temporal: ${cached}, kept from before.`);
  else await fillCache(cached, env, context);
  return cached;
}

/** One process at a time fills the cache while others wait. The program is moved there atomically. */
async function fillCache(cached: string, env: NodeJS.ProcessEnv, context: Context): Promise<void> {
  mkdirSync(dirname(cached), { recursive: true });
  const lockFile = `${cached}.lock`;
  let lock = tryLock(lockFile);
  if (!isLock(lock)) context.say(`Temporal: process ${lock.pid} is getting it; waiting for that.`);
  for (; !isLock(lock); lock = tryLock(lockFile)) await sleep(500, undefined, { signal: context.signal });
  const draft = mkdtempSync(`${cached}.new-`);
  try {
    if (existsSync(cached)) return;
    const reasons: string[] = [];
    for (const [way, obtain] of Object.entries({ downloaded: download, built: build })) {
      try {
        renameSync(await obtain(draft, env, context), cached);
        context.say(`Temporal: ${cached}, ${way} and kept.`);
        return;
      } catch (error) {
        context.signal.throwIfAborted();
        reasons.push((error as Error).message);
      }
    }
    throw new OperatorError(
      `There is no Temporal server to start: ${reasons.join('; ')}. Install the Temporal CLI (https://docs.temporal.io/cli) or Go ${GO_MINIMUM.major}.${GO_MINIMUM.minor} or newer, or set TEMPORAL_ADDRESS to a running server.`,
    );
  } finally {
    rmSync(draft, { recursive: true, force: true });
    lock.release();
  }
}

async function download(folder: string, _env: NodeJS.ProcessEnv, { say, signal }: Context): Promise<string> {
  const stalled = new AbortController();
  const progress = showProgress('Temporal: trying to download it', say);
  let size = 0;
  let grown = Date.now();
  const watch = setInterval(() => {
    const now = folderSize(folder);
    if (now > size) [size, grown] = [now, Date.now()];
    else if (Date.now() - grown > DOWNLOAD_STALL_MS) stalled.abort();
  }, 1000);
  try {
    const script = fileURLToPath(new URL('temporal-download.ts', import.meta.url));
    await run(process.execPath, [script, folder, CLI_VERSION], {
      signal: AbortSignal.any([signal, stalled.signal]),
      timeout: DOWNLOAD_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    const path = readdirSync(folder).map((name) => join(folder, name))[0];
    if (!path || !(await isTemporal(path))) throw new Error('what came is no Temporal CLI');
    return path;
  } catch {
    throw new Error('it cannot be downloaded here');
  } finally {
    clearInterval(watch);
    progress.end();
  }
}

async function build(folder: string, env: NodeJS.ProcessEnv, { say, signal }: Context): Promise<string> {
  const { stdout } = await run('go', ['env', 'GOVERSION']).catch(() => ({ stdout: '' }));
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(stdout) ?? [];
  const needed = `Go ${GO_MINIMUM.major}.${GO_MINIMUM.minor}`;
  if (!major) throw new Error(`${needed}, which could build it, is not installed`);
  if (Number(major) === GO_MINIMUM.major && Number(minor) < GO_MINIMUM.minor) {
    throw new Error(`building it takes ${needed}, and this is Go ${major}.${minor}`);
  }
  const progress = showProgress(`Temporal: building ${CLI_VERSION} with Go, about 3 minutes, once`, say);
  try {
    await run('go', ['install', `github.com/temporalio/cli/cmd/temporal@${CLI_VERSION}`], {
      env: { ...env, GOBIN: folder, GOFLAGS: '-mod=mod' },
      maxBuffer: 64 * 1024 * 1024,
      signal,
    });
    return join(folder, FILE_NAME);
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`building it with Go failed (${stderr.trim().split('\n').at(-1)})`, { cause: error });
  } finally {
    progress.end();
  }
}

async function isTemporal(path: string): Promise<boolean> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
    return stdout.startsWith('temporal version');
  } catch {
    return false;
  }
}

function folderSize(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
