import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { createActivities } from './activities/index.ts';
import { readConfig, type Config } from './core/config.ts';
import { DatabaseClock } from './core/database-clock.ts';
import { pauseFailing } from './delivery/pause/auto-pause.ts';
import { Changes } from './core/db/changes.ts';
import { createOrm } from './core/db/orm.ts';
import { requireMasterKey } from './core/db/master-key.ts';
import { PartitionKeeper } from './delivery/maintain/partition-keeper.ts';
import { createPool } from './core/db/pool.ts';
import { addPoolGauges } from './core/metrics/database-metrics.ts';
import { Rollup } from './delivery/statistics/rollup.ts';
import { requireSessions } from './core/db/require-sessions.ts';
import { turnOffGone } from './delivery/pause/turn-off.ts';
import { parseAllowlist } from './delivery/guard/guard.ts';
import { createResolver } from './delivery/guard/resolve.ts';
import { createSender } from './delivery/send/send.ts';
import { exitAfter } from './core/exit-after.ts';
import { createLog, switchLevelBySignal } from './core/log.ts';
import { warnOfFewOpenFiles } from './core/open-files.ts';
import { platforms } from './core/platforms/index.ts';
import { createSecretBox } from './core/secrets.ts';
import { stopRequested } from './core/stop-requested.ts';
import { startTracing } from './core/tracing/start-tracing.ts';
import { Engine } from './delivery/engine.ts';
import { Recoveries } from './delivery/recover/recovery-starter.ts';
import { StatePropagator } from './delivery/pause/state-propagator.ts';
import { SecretOpener } from './delivery/attempt/open-secrets.ts';
import { RoutingWatch } from './delivery/handover/routing-watch.ts';
import { WorkflowSpans } from './delivery/handover/workflow-spans.ts';
import { TemporalWorker } from './delivery/handover/temporal-worker.ts';
import { startMonitor } from './delivery/monitor/monitor.ts';
import { installRuntime } from './delivery/monitor/temporal-runtime.ts';
import { addEngineGauges, addRoutingGauge } from './delivery/monitor/worker-gauges.ts';
import { createWorkerMetrics } from './delivery/monitor/worker-metrics.ts';

const WORKFLOWS = fileURLToPath(new URL('workflows/index.ts', import.meta.url));
/** How long the start waits for Temporal, milliseconds; then attempts start without it. */
const TEMPORAL_PATIENCE_MS = 3_000;

/** A worker process: claims, delivers, records, and runs the workflows. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const { stopTimeoutMs } = config;
  const stopping = stopRequested();
  let started = false;
  void stopping.then(() => started || process.exit(0));
  const log = createLog('worker', config.logLevel);
  switchLevelBySignal(log);
  const readSdkMetrics = await installRuntime(log, { metrics: config.metricsPort !== null });
  const metrics = createWorkerMetrics();
  const tracing = await startTracing('worker', config.tracing, log);
  const workflowSpans = new WorkflowSpans(tracing);
  // One for each attempt in flight, and one kept connection.
  warnOfFewOpenFiles(2 * config.maxInFlight, log);
  const pool = createPool(config.databaseUrl, { max: 10 });
  const secretBox = createSecretBox(...config.masterKeys);
  await requireSessions(config.databaseUrl);
  await requireMasterKey(pool, secretBox);
  const orm = await createOrm(config.databaseUrl);
  const clock = new DatabaseClock();
  const sender = createSender({
    now: clock.now,
    allowlist: parseAllowlist(config.targetAllowlist),
    attemptTimeoutMs: config.attemptTimeoutMs,
    resolve: createResolver({ servers: config.dnsServers, onAnswer: metrics.onName }),
    egress: config.egress,
    onRefused: (error, delivery) =>
      log.warn({ err: error, delivery }, 'attempt blocked: the target address is not allowed'),
  });
  const changes = new Changes(pool);
  const rollup = new Rollup(orm, log, async () => {
    if (config.autoPauseAfterMs === null) return;
    for (const { id, platform, org_id, since } of await pauseFailing(orm, config.autoPauseAfterMs)) {
      log.warn({ webhook: id, since }, 'webhook auto-paused: every attempt failed');
      changes.webhook(platform, org_id, id);
    }
  });
  const opener = new SecretOpener(secretBox, log, clock.now);
  const engine = new Engine({
    ...engineSettings(config),
    openSecrets: (claimed) => opener.open(claimed),
    pool,
    clock,
    sender,
    log,
    async onGone(delivery) {
      const { webhook_id, platform, org_id } = delivery;
      const turnedOff = await turnOffGone(orm, { webhookId: webhook_id, platform, orgId: org_id, delivery });
      const ids = { webhook: webhook_id, delivery: delivery.delivery_id };
      if (turnedOff) log.warn(ids, 'webhook turned off: its receiver answered 410');
      changes.webhook(platform, org_id, webhook_id);
    },
    onRecorded: ({ platform, org_id, delivery_id }) => changes.delivery(platform, org_id, delivery_id),
    onLaneChanged: ({ platform, org_id, webhook_id }) => changes.webhook(platform, org_id, webhook_id),
    hooks: metrics,
    tracing,
    workflowSpans,
  });
  addPoolGauges(metrics.registry, { hot: pool });
  let recoveries: Recoveries | undefined;
  let routing: RoutingWatch | undefined;
  addEngineGauges(metrics.registry, () => engine.read(), config);
  addRoutingGauge(metrics.registry, () => routing?.problem ?? null);
  await engine.enlist();
  const temporal = new TemporalWorker({
    taskQueue: config.taskQueue,
    version: config.workerVersion,
    workflowBundle: config.workflowBundle,
    workflowsPath: WORKFLOWS,
    activities: createActivities({ attempts: engine.activityRuns, pool, retentionDays: config.retentionDays, log }),
    spans: workflowSpans,
    log,
    shutdownMs: stopTimeoutMs,
    onConnected(client) {
      engine.connect(client);
      recoveries = new Recoveries({ ...config, pool, client, log });
      recoveries.start();
      routing = new RoutingWatch({ ...config, client, log });
      routing.start();
    },
  });
  if (config.metricsPort !== null) {
    await startMonitor({
      port: config.metricsPort,
      log,
      metrics: () => Promise.all([metrics.registry.metrics(), readSdkMetrics()]),
      engine: () => engine.read(),
      temporalIsConnected: () => temporal.isConnected,
      unattended: () => routing?.problem ?? null,
    });
  }
  await temporal.prepare();
  const statePropagator = new StatePropagator({
    databaseUrl: config.databaseUrl,
    pool,
    log,
    onMoved: ({ platform, org_id, id }) => changes.webhook(platform, org_id, id),
  });
  const partitionKeeper = new PartitionKeeper({ ...config, pool, log });
  partitionKeeper.start();
  // Creating Temporal's worker blocks the event loop for a while, so it comes before the first attempt, unless Temporal is away.
  await Promise.race([temporal.start(), sleep(TEMPORAL_PATIENCE_MS)]);
  engine.start();
  statePropagator.start();
  rollup.start();
  log.info('worker ready');
  process.send?.('ready');
  started = true;

  const failed = await Promise.race([temporal.failed, stopping]);
  log.info('stopping: waiting for attempts in flight');
  exitAfter(stopTimeoutMs, log);
  const rest = [recoveries, routing, statePropagator, rollup, partitionKeeper, temporal];
  await Promise.all([engine.stop(stopTimeoutMs), ...rest.map((part) => part?.stop())]);
  await Promise.all([changes.close(), tracing?.stop()]);
  await Promise.all([sender.close(), orm.close(), pool.end()]);
  await temporal.close();
  process.exit(failed ? 1 : 0);
}

function engineSettings(config: Config) {
  return {
    databaseUrl: config.databaseUrl,
    taskQueue: config.taskQueue,
    retryUnitMs: config.retryUnitMs,
    coalesceMax: config.coalesceMax,
    maxInFlight: config.maxInFlight,
    maxBytes: config.maxBytes,
    headerPrefixOf: (platform: string) => platforms[platform as keyof typeof platforms].headerPrefix,
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
