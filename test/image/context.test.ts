import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SOURCES } from '../../bin/ui-sources.ts';
import { readBuildContext } from './build-context.ts';
import { readDockerfile, type Stage } from './dockerfile.ts';

// `npm run test:image` follows the Dockerfile and runs the result; these are the parts that take no time.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const context = readBuildContext(ROOT);
const stages = readDockerfile(new URL('../../Dockerfile', import.meta.url));

/** The files of the build context that a stage and those below it copy. */
function copiedFiles(stage: Stage): Set<string> {
  const below = stages.find(({ name }) => name === stage.base);
  const own = stage.steps.filter(({ instruction, rest }) => instruction === 'COPY' && !rest.startsWith('--from='));
  const sources = own.flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
  const files = sources.flatMap((source) => {
    const found = context.filter((file) => file === source || file.startsWith(`${source}/`));
    expect(found, `COPY ${source}: .dockerignore lets nothing of it in`).not.toEqual([]);
    return found;
  });
  return new Set([...files, ...(below ? copiedFiles(below) : [])]);
}

/** The files that begin to run, with all that they import when they run. */
function importsOf(...entries: string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const text = readFileSync(join(ROOT, file), 'utf8').replace(/^\s*import type [^;]*;/gm, '');
    for (const [, path = ''] of text.matchAll(/(?:\bfrom |\bimport\(|^\s*import )'(\.[^']+)'/gm)) {
      const target = join(dirname(file), path);
      if (existsSync(join(ROOT, target)) && statSync(join(ROOT, target)).isFile()) waiting.push(target);
    }
  }
  return found;
}

test.each([
  ['build', ['bin/bundle-workflows.ts', 'workflows/index.ts']],
  ['dashboard', ['bin/build-ui.ts', 'ui/vite.config.ts', 'ui/src/main.ts']],
  ['runtime', ['api/server.ts', 'worker.ts', 'bin/migrate.ts', 'bin/posthorn.ts', 'bin/rotate-master-key.ts']],
])('the stage %s has all that its programs import', (name, entries) => {
  const copied = copiedFiles(stages.find((stage) => stage.name === name)!);
  const needed = importsOf(...entries);
  expect(needed.size).toBeGreaterThan(5);
  expect([...needed].filter((file) => !copied.has(file))).toEqual([]);
});

test('the stage of the dashboard has what decides whether it is built already', () => {
  const copied = [...copiedFiles(stages.find(({ name }) => name === 'dashboard')!)];
  const missing = SOURCES.filter((source) => !copied.some((file) => file === source || file.startsWith(`${source}/`)));
  expect(missing).toEqual([]);
});

test('.dockerignore lets in no more than the stages copy', () => {
  const copied = new Set(stages.flatMap((stage) => [...copiedFiles(stage)]));
  expect(context.filter((file) => !copied.has(file))).toEqual([]);
});

interface Locked {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  resolved?: string;
}

/** `npm install` beside an installed node_modules forgets packages for other platforms, and then `npm ci` refuses the lock. */
test('the lock has the optional packages of all platforms, and no addresses', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const isLocked = (name: string, path: string): boolean =>
    `${path}node_modules/${name}` in packages ||
    (path !== '' && isLocked(name, path.slice(0, path.lastIndexOf('node_modules/'))));
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !isLocked(name, path && `${path}/`)),
  );
  expect(missing, 'run npm install --package-lock-only in a folder without node_modules').toEqual([]);
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});
