// Plain JavaScript, because it runs on any installed Node (18 or newer). It installs the dependencies if necessary, then runs a TypeScript
// file of this project with the Node among them.  node bin/run.mjs <name in bin | path> [args]
// `posthorn` is different in two ways: it runs in the caller's folder, and only its own output is on stdout.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const node = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
const lockfile = join(root, 'package-lock.json');
const stamp = join(root, 'node_modules', '.posthorn-lock-hash');

/** The exit codes of processes killed by a signal, as in shells. */
const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether node_modules matches the lockfile. Cheap if it did the last time. */
function isInstalled() {
  if (!existsSync(node)) return false;
  const wanted = readFileSync(lockfile, 'utf8');
  const wantedHash = hash(wanted);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wantedHash) return true;
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const matches = Object.entries(JSON.parse(wanted).packages).every(
    ([path, entry]) => !path || (installed[path] ? installed[path].integrity === entry.integrity : entry.optional),
  );
  if (matches) writeFileSync(stamp, wantedHash);
  return matches;
}

async function install(isTool) {
  const say = isTool ? console.error : console.log;
  const running = join(tmpdir(), `posthorn-install-${hash(root).slice(0, 16)}`);
  while (!tryMake(running)) await sleep(1000);
  try {
    if (isInstalled()) return 0;
    say('Installing the dependencies (once, about a minute) …');
    const start = Date.now();
    const tick = setInterval(() => {
      writeFileSync(join(running, 'alive'), '');
      say(`Installing the dependencies … ${Math.round((Date.now() - start) / 1000)} s`);
    }, 10_000);
    const npm = process.env.npm_execpath;
    // Not `npm ci`: it deletes node_modules first, which a running system may be using.
    const args = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
    const options = { cwd: root, stdio: ['ignore', isTool ? 2 : 'inherit', 'inherit'], shell: windows && !npm };
    const code = await run(npm ? process.execPath : 'npm', npm ? [npm, ...args] : args, options);
    clearInterval(tick);
    if (code === 0 && !existsSync(node)) {
      console.error(
        'The dependencies are installed, but node_modules/node has no Node in it: was its script allowed to run?',
      );
      return 1;
    }
    if (code === 0) writeFileSync(stamp, hash(readFileSync(lockfile, 'utf8')));
    return code;
  } finally {
    rmSync(running, { recursive: true, force: true });
  }
}

/** Creates the folder that marks a running installation. Removes one without a sign of life for a minute. */
function tryMake(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const life = [join(folder, 'alive'), folder].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (Date.now() - Math.max(...life) > 60_000) rmSync(folder, { recursive: true, force: true });
    return false;
  }
}

/**
 * Runs a program in its own process group. A Ctrl-C reaches this process directly and often again through npm; only one of the two is
 * passed on. Resolves with the exit code.
 */
function run(command, args, options) {
  const child = spawn(command, args, { detached: !windows, ...options });
  let last = 0;
  const pass = (signal) => {
    if (Date.now() - last < 500) return;
    last = Date.now();
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, pass);
  const passOn = () => child.kill('SIGUSR2');
  if (!windows) process.on('SIGUSR2', passOn);
  // A shell between npm and this process does not pass the signal on that ends it.
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (!process.env.npm_lifecycle_event || process.ppid === parent) return;
    clearInterval(orphaned);
    pass('SIGTERM');
  }, 200);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(orphaned);
      for (const name of signals) process.off(name, pass);
      process.off('SIGUSR2', passOn);
      resolve(code ?? signalCodes[signal] ?? 1);
    });
  });
}

async function main() {
  const [name, ...args] = process.argv.slice(2);
  if (!name) throw new Error('usage: node bin/run.mjs <name in bin | path> [arguments]');
  const isTool = name === 'posthorn';
  if (!isInstalled()) {
    const code = await install(isTool);
    if (code !== 0) return code;
  }
  const script = join(root, name.endsWith('.ts') ? name : join('bin', `${name}.ts`));
  const env = {
    // Every process of Posthorn finds its code compiled, and its types stripped, from the second start on.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'posthorn-compiled'),
    ...process.env,
    PATH: `${dirname(node)}${windows ? ';' : ':'}${process.env.PATH ?? ''}`,
  };
  // The IPC channel tells the program when this process is gone.
  const cwd = isTool ? process.cwd() : root;
  return run(node, [script, ...args], { cwd, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
}

process.exitCode = await main();
