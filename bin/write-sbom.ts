import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Package {
  name?: string;
  version: string;
  integrity?: string;
  license?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}
/** By their folders: `node_modules/a/node_modules/b`. */
type Installed = Record<string, Package>;

interface Manifest extends Package {
  name: string;
  description: string;
}

const FOLDER = 'node_modules/';

/**
 * Describes the packages in node_modules as CycloneDX 1.5. The same packages give the same bytes, so it has no time and no serial number.
 * Reads npm's record of what it installed, because `npm sbom --omit dev` leaves out packages that a development package needs as well.
 */
function describe(root: Manifest, installed: Installed): object {
  const components = new Map<string, object>();
  const needs = new Map<string, Set<string>>([[refOf(root.name, root), needsOf(root, '', installed)]]);
  for (const [path, found] of Object.entries(installed)) {
    const name = found.name ?? path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);
    const ref = refOf(name, found);
    components.set(ref, { type: 'library', 'bom-ref': ref, ...identify(name, found) });
    needs.set(ref, new Set([...(needs.get(ref) ?? []), ...needsOf(found, `${path}/`, installed)]));
  }
  const { description } = root;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: { type: 'application', 'bom-ref': refOf(root.name, root), ...identify(root.name, root), description },
    },
    components: [...components].toSorted(byKey).map(([, component]) => component),
    dependencies: [...needs].toSorted(byKey).map(([ref, refs]) => ({ ref, dependsOn: [...refs].toSorted() })),
  };
}

function refOf(name: string, { version }: Package): string {
  return `${name}@${version}`;
}

function identify(name: string, { version, integrity, license }: Package): object {
  return {
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    ...(integrity && { hashes: [readIntegrity(integrity)] }),
    ...(license && { licenses: [isExpression(license) ? { expression: license } : { license: { name: license } }] }),
  };
}

function readIntegrity(integrity: string): { alg: string; content: string } {
  const [, bits = '', content = ''] = /^sha(\d+)-([\w+/]+=*)$/.exec(integrity) ?? [];
  return { alg: `SHA-${bits}`, content: Buffer.from(content, 'base64').toString('hex') };
}

/** An expression of SPDX, such as `MIT` or `(MIT OR Apache-2.0)`. */
function isExpression(license: string): boolean {
  return !/^(UNLICENSED$|SEE )/.test(license);
}

/** What it gets when it imports its dependencies, found as Node finds it. Those that are not installed are for other platforms. */
function needsOf(found: Package, path: string, installed: Installed): Set<string> {
  const names = Object.keys({ ...found.dependencies, ...found.optionalDependencies, ...found.peerDependencies });
  return new Set(
    names.flatMap((name) => {
      const at = lookUp(name, path, installed);
      return at === undefined ? [] : [refOf(installed[at]!.name ?? name, installed[at]!)];
    }),
  );
}

function lookUp(name: string, path: string, installed: Installed): string | undefined {
  const here = path + FOLDER + name;
  if (here in installed) return here;
  return path === '' ? undefined : lookUp(name, path.slice(0, path.lastIndexOf(FOLDER)), installed);
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

// Writes sbom.cdx.json for the production dependencies that are installed here: node bin/write-sbom.ts, after npm ci --omit=dev.
const root = join(import.meta.dirname, '..');
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { packages } = read('node_modules/.package-lock.json') as { packages: Installed };
const text = JSON.stringify(describe(read('package.json') as Manifest, packages), null, 1);
writeFileSync(join(root, 'sbom.cdx.json'), `${text}\n`);
console.log(`Described ${Object.keys(packages).length} packages in sbom.cdx.json.`);
