import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBuildContext } from './build-context.ts';
import { readDockerfile, type Stage, type Step } from './dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER_MODE = 0o755;

/** What the last stage of the Dockerfile adds to its base image. */
export interface Layout {
  /** Stands for `/`. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string;
  command: string[];
}

interface Built extends Omit<Layout, 'command'> {
  command: string[];
}

/**
 * Follows the steps of the Dockerfile without Docker, into a folder. Its programs are those of this machine, with the project's Node.
 * A stage that installs all dependencies gets those of this checkout, which are the same ones.
 */
export function buildLayout(folder: string): Layout {
  const stages = new Map<string, Built>();
  const context = readBuildContext(ROOT);
  let last: Built | undefined;
  for (const stage of readDockerfile(new URL('../../Dockerfile', import.meta.url))) {
    last = buildStage(stage, join(folder, stage.name), stages, context);
    stages.set(stage.name, last);
  }
  return last!;
}

function buildStage(stage: Stage, root: string, stages: ReadonlyMap<string, Built>, context: readonly string[]): Built {
  mkdirSync(root, { recursive: true });
  const parent = stages.get(stage.base);
  if (parent) execFileSync('cp', ['-al', `${parent.root}/.`, root]);
  const { workdir = '/', env = {}, user = 'root', command = [] } = parent ?? {};
  const built: Built = { root, workdir, env: { ...env }, user, command };
  for (const step of stage.steps) follow(step, built, stages, context);
  return built;
}

function follow(step: Step, built: Built, stages: ReadonlyMap<string, Built>, context: readonly string[]): void {
  const { instruction, rest } = step;
  if (instruction === 'COPY') copy(rest, built, stages, context);
  else if (instruction === 'RUN') run(rest, built);
  else if (instruction === 'WORKDIR') makeFolder(join(built.root, (built.workdir = rest)));
  else if (instruction === 'USER') built.user = rest;
  else if (instruction === 'CMD') built.command = JSON.parse(rest) as string[];
  else if (instruction === 'ENV') {
    for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) built.env[name] = value;
  } else if (!/^(EXPOSE|HEALTHCHECK)$/.test(instruction)) throw new Error(`${instruction} ${rest}: not understood`);
}

function copy(rest: string, built: Built, stages: ReadonlyMap<string, Built>, context: readonly string[]): void {
  const words = rest.split(/\s+/);
  const from = words[0]!.startsWith('--from=') ? stages.get(words.shift()!.slice('--from='.length))! : undefined;
  const to = words.pop()!;
  const target = join(built.root, built.workdir, to);
  for (const source of words) {
    // Into a folder go files by their names, and of a folder what is in it.
    const into = (name: string) => (to.endsWith('/') ? join(target, name) : target);
    if (from) copyTree(join(from.root, source), into(basename(source)));
    else copyFiles(source, context, into);
  }
}

function copyTree(source: string, target: string): void {
  makeFolder(dirname(target));
  execFileSync('cp', ['-alT', source, target]);
}

function copyFiles(source: string, context: readonly string[], into: (name: string) => string): void {
  const files = context.filter((file) => file === source || file.startsWith(`${source}/`));
  if (files.length === 0) throw new Error(`COPY ${source}: .dockerignore lets nothing of it in`);
  for (const file of files) {
    const target = file === source ? into(basename(file)) : join(into(''), file.slice(source.length + 1));
    makeFolder(dirname(target));
    cpSync(join(ROOT, file), target);
  }
}

function run(command: string, built: Built): void {
  const cwd = join(built.root, built.workdir);
  if (/^npm ci\b(?!.*--omit)/.test(command)) return installAll(cwd);
  execFileSync('sh', ['-ec', command], {
    cwd,
    env: { ...process.env, ...built.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function installAll(cwd: string): void {
  const own = join(ROOT, 'node_modules');
  mkdirSync(join(cwd, 'node_modules'));
  for (const name of readdirSync(own).filter((entry) => !entry.startsWith('.'))) {
    execFileSync('ln', ['-s', join(own, name), join(cwd, 'node_modules', name)]);
  }
}

function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
  // Whatever this process's umask is: everybody may read the image.
  chmodSync(path, FOLDER_MODE);
}
