import { readdirSync, readFileSync } from 'node:fs';
import { join, matchesGlob, relative } from 'node:path';

/** The files of a folder that .dockerignore lets into the build, by their paths in it. The last pattern that matches a file decides. */
export function readBuildContext(root: string): string[] {
  const patterns = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
  // `**` is everything here, but not a name with a dot to `matchesGlob`.
  const matches = (file: string, pattern: string) => pattern === '**' || matchesGlob(file, pattern);
  const isExcluded = (file: string) => {
    const last = patterns.findLast((pattern) => matches(file, pattern.replace(/^!/, '')));
    return last !== undefined && !last.startsWith('!');
  };
  const tops = readdirSync(root, { withFileTypes: true }).filter(
    ({ name }) => !/^(node_modules|build|\.git)$/.test(name),
  );
  const files = tops.flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    const inside = readdirSync(join(root, entry.name), { recursive: true, withFileTypes: true });
    return inside.filter((one) => one.isFile()).map((one) => relative(root, join(one.parentPath, one.name)));
  });
  return files.filter((file) => !isExcluded(file)).toSorted();
}
