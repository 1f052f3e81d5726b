import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What a folder contains: the kind, the mode and the hash of each file and link, by its path. */
export function readTree(root: string): Map<string, string> {
  const tree = new Map<string, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const mode = (lstatSync(path).mode & 0o777).toString(8);
    const content = entry.isSymbolicLink()
      ? `link to ${readlinkSync(path)}`
      : entry.isFile()
        ? `file ${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`
        : `folder ${mode}`;
    tree.set(relative(root, path), content);
  }
  return tree;
}

/** The paths at which two trees differ. */
export function compareTrees(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...a.keys(), ...b.keys()]);
  return [...paths].filter((path) => a.get(path) !== b.get(path)).toSorted();
}
