import { styleText } from 'node:util';
import { ConfigError, readConfig, type Config } from '../core/config.ts';
import { hasMasterKey } from '../core/master-key.ts';
import { MasterKeyError, requireMasterKey } from '../core/db/master-key.ts';
import { createPool } from '../core/db/pool.ts';
import { createSecretBox } from '../core/secrets.ts';
import { openDataDir, type DataDir } from './embedded/data-dir.ts';
import { OperatorError } from './embedded/operator-error.ts';
import { LOOPBACK } from './embedded/kept-environment.ts';
import { findFreePortFrom, isPortFree } from './embedded/ports.ts';
import { startParts, type RunningParts } from './embedded/stack.ts';
import { buildUi, bundleWorkflows, clearServices, describeApi, describeWorker, migrate } from './services.ts';
import { supervise, type Supervised } from './supervise.ts';

const PORT_WISHES = { postgres: 15_432, temporal: 7233, temporalUi: 8233 };
/** A terminal, npm and a script in between may each pass on the same Ctrl-C. */
const SAME_INTERRUPT_MS = 500;

interface Running {
  parts?: RunningParts;
  services: Supervised[];
}

function say(line: string): void {
  console.log(line);
}

async function start(config: Config, dataDir: DataDir, running: Running, signal: AbortSignal): Promise<void> {
  const wanted = { postgres: !process.env['DATABASE_URL'], temporal: !process.env['TEMPORAL_ADDRESS'] };
  const context = { say, signal };
  await clearServices(dataDir);
  if (!(await isPortFree(config.port))) {
    throw new OperatorError(`Port ${config.port} is in use; set PORT to another one.`);
  }
  say(`Starting ${wanted.postgres ? 'PostgreSQL and ' : ''}${wanted.temporal ? 'Temporal' : 'Posthorn'} …`);
  const bundling = bundleWorkflows(dataDir, signal);
  const building = buildUi(dataDir, context);
  for (const work of [bundling, building]) work.catch(() => undefined);
  const parts = await startParts(dataDir, wanted, PORT_WISHES, context);
  running.parts = parts;

  const env = environmentFor(config, dataDir, parts);
  await migrate(dataDir, env, context);
  await checkMasterKey(env);
  env['POSTHORN_WORKFLOW_BUNDLE'] ||= await bundling;
  env['METRICS_PORT'] = await chooseMetricsPort(config.metricsPort);
  await building;
  const programs = [describeApi(dataDir, env, config.port), describeWorker(dataDir, env)];
  const results = await Promise.allSettled(programs.map((program) => supervise(program, context)));
  running.services = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  dataDir.keepApiPort(config.port);
  announce(config, dataDir, env);
}

/** The environment of the API and the worker. Sets only the values of the embedded parts; the operator sets the rest. */
function environmentFor(config: Config, dataDir: DataDir, { postgres, temporal }: RunningParts): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, PORT: String(config.port) };
  if (!hasMasterKey(env)) env['POSTHORN_MASTER_KEY'] = dataDir.state.masterKey;
  env['POSTHORN_ADMIN_KEY'] ||= dataDir.state.adminKey;
  if (postgres) env['DATABASE_URL'] = postgres.databaseUrl;
  if (temporal) {
    for (const name of Object.keys(env)) if (name.startsWith('TEMPORAL_')) delete env[name];
    env['TEMPORAL_ADDRESS'] = temporal.temporalAddress;
    env['TEMPORAL_NAMESPACE'] = 'default';
    env['POSTHORN_TEMPORAL_UI_URL'] ||= temporal.temporalUiUrl;
  }
  if (postgres && temporal) env['POSTHORN_TARGET_ALLOWLIST'] ??= LOOPBACK;
  return env;
}

/** Chosen here, so that the lines at the end can name it. */
async function chooseMetricsPort(first: number | null): Promise<string> {
  const port = first === null ? undefined : await findFreePortFrom(first);
  return String(port ?? 'off');
}

/** @throws MasterKeyError once, instead of once per process */
async function checkMasterKey(env: NodeJS.ProcessEnv): Promise<void> {
  const { databaseUrl, masterKeys } = readConfig(env);
  const pool = createPool(databaseUrl, { max: 1 });
  try {
    await requireMasterKey(pool, createSecretBox(...masterKeys));
  } finally {
    await pool.end();
  }
}

function announce(config: Config, dataDir: DataDir, env: NodeJS.ProcessEnv): void {
  const base = `http://localhost:${config.port}`;
  const lines = [
    ['Dashboard', base],
    ['API reference', `${base}/api/docs`],
    [
      'Metrics',
      [config.port, env['METRICS_PORT']]
        .filter((port) => port !== 'off')
        .map((port) => `http://localhost:${port}/metrics`)
        .join(' '),
    ],
    ['Temporal Web UI', env['POSTHORN_TEMPORAL_UI_URL'] ?? 'set POSTHORN_TEMPORAL_UI_URL to have links to it'],
    ['Admin key', process.env['POSTHORN_ADMIN_KEY'] ? 'as set by POSTHORN_ADMIN_KEY' : dataDir.state.adminKey],
    ['Data and logs', dataDir.path],
  ];
  say(`\n${styleText('bold', 'Posthorn is ready.')}\n`);
  for (const [name = '', value = ''] of lines) say(`  ${name.padEnd(17)}${value}`);
  if (process.env['POSTHORN_TARGET_ALLOWLIST'] === undefined && env['POSTHORN_TARGET_ALLOWLIST'] === LOOPBACK) {
    say('\n  Receivers on this machine are allowed (loopback); POSTHORN_TARGET_ALLOWLIST changes that.');
  }
  say('  Ctrl-C stops it.\n');
}

async function stop(running: Running, hurried: AbortSignal): Promise<void> {
  await Promise.all(running.services.map((service) => service.stop(hurried)));
  await running.parts?.stop(hurried);
}

/** SIGUSR2 switches the log level of the API and the worker. */
function passOnLevelSwitch(running: Running): void {
  if (process.platform === 'win32') return;
  process.on('SIGUSR2', () => running.services.forEach((service) => service.signal('SIGUSR2')));
}

/** The first signal stops everything in order; a later one hurries. A lost reader of the output counts as the first signal. */
function listenForStop(): { stopping: AbortSignal; hurried: AbortSignal } {
  const stopping = new AbortController();
  const hurried = new AbortController();
  let first = 0;
  const request = () => {
    if (!first) {
      first = Date.now();
      say('\nStopping: attempts in flight may finish. Ctrl-C again to hurry.');
      stopping.abort();
    } else if (Date.now() - first > SAME_INTERRUPT_MS) {
      hurried.abort();
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, request);
  process.once('disconnect', request);
  // Without a listener, the error would end this process and leave the parts without a supervisor.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => first || request());
  return { stopping: stopping.signal, hurried: hurried.signal };
}

async function main(): Promise<number> {
  process.umask(0o077);
  const { stopping, hurried } = listenForStop();
  const running: Running = { services: [] };
  passOnLevelSwitch(running);
  let dataDir: DataDir | undefined;
  try {
    // Placeholders for values of the embedded parts, so that the other settings are checked before anything is started.
    const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value));
    const embedded = {
      DATABASE_URL: 'postgresql://embedded',
      ...(!hasMasterKey(given) && { POSTHORN_MASTER_KEY: '0'.repeat(64) }),
    };
    const config = readConfig({ ...embedded, ...given });
    dataDir = openDataDir(config.dataDir);
    await start(config, dataDir, running, stopping);
    await new Promise((resolve) => stopping.addEventListener('abort', resolve, { once: true }));
    return 0;
  } catch (error) {
    if (stopping.aborted) return 0;
    const plain = [OperatorError, ConfigError, MasterKeyError].some((kind) => error instanceof kind);
    console.error(plain ? (error as Error).message : error);
    return 1;
  } finally {
    await stop(running, hurried);
    dataDir?.close();
  }
}

process.exit(await main());
