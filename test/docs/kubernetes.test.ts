import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const FOLDER = 'ops/kubernetes/';
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
const manifests = readdirSync(new URL(FOLDER, ROOT))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => read(FOLDER + name));
const all = manifests.join('\n---\n');

test('the manifests set variables that exist', () => {
  const known = new Set([...read('docs/operations.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name));
  const named = [...all.matchAll(/- (?:name: )?([A-Z][A-Z_]+)(?:=|\n)/g)].map(([, name]) => name!);
  expect(named).toContain('DATABASE_URL');
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test('they start files of the image, on its ports', () => {
  const dockerfile = read('Dockerfile');
  const scripts = [...all.matchAll(/\bcommand: \[node, (?:--[a-z-]+, )?([\w/.-]+)\]/g)].map(([, script]) => script!);
  expect(scripts).toEqual(['bin/migrate.ts', 'worker.ts']);
  for (const script of scripts) {
    expect(existsSync(new URL(script, ROOT))).toBe(true);
    expect(dockerfile).toContain(` ${script}`);
  }
  const ports = new Set([...all.matchAll(/containerPort: (\d+)/g)].map(([, port]) => port));
  expect(ports).toEqual(new Set([/ PORT=(\d+)/.exec(dockerfile)?.[1], '9464']));
});

test('no pod has more rights than it needs, and each has time to stop', () => {
  const pods = all.split(/^---$/m).filter((document) => /^kind: (Deployment|Job)$/m.test(document));
  expect(pods).toHaveLength(3);
  for (const pod of pods) {
    for (const line of [
      'runAsNonRoot: true',
      'readOnlyRootFilesystem: true',
      'allowPrivilegeEscalation: false',
      'automountServiceAccountToken: false',
      'drop: [ALL]',
    ]) {
      expect(pod).toContain(line);
    }
  }
  const graces = [...all.matchAll(/terminationGracePeriodSeconds: (\d+)/g)].map(([, seconds]) => Number(seconds));
  expect(graces).toHaveLength(2);
  for (const seconds of graces) expect(seconds).toBeGreaterThan(30 + 5);
});

const { status } = spawnSync('kubectl', ['version', '--client']);

test.skipIf(status !== 0)('Kustomize builds them', () => {
  for (const folder of [FOLDER, `${FOLDER}keda/`]) {
    const built = spawnSync('kubectl', ['kustomize', folder], { cwd: ROOT, encoding: 'utf8' });
    expect(built.stderr).toBe('');
    expect(built.stdout).toContain('kind: ');
  }
});
