import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from 'pino';
import { scheduleMaintenance } from '../maintain/schedule-maintenance.ts';
import type { WorkerVersion } from './workflow-routing.ts';
import { bundleWorkflows } from './workflow-bundle.ts';
import type { WorkflowSpans } from './workflow-spans.ts';

export interface TemporalWorkerOptions {
  taskQueue: string;
  /** Undefined: workflows are not versioned. */
  version: WorkerVersion | undefined;
  /** A file that `bin/bundle-workflows.ts` wrote; undefined: the workflows are bundled at the start. */
  workflowBundle: string | undefined;
  workflowsPath: string;
  activities: object;
  spans: WorkflowSpans;
  log: Logger;
  /** Activities in flight may finish within this time when it is stopped. */
  shutdownMs: number;
  onConnected: (client: Client) => void;
}

const RETRY_MS = 1_000;
/** Activities that have not ended within this time after a stop are abandoned. */
const FORCE_MS = 2_000;
const SCHEDULE_RETRY_MS = 10_000;
/** For `workflows/follow-current.ts`. */
const HAS_VERSION = 'const POSTHORN_WORKER_HAS_VERSION = true;';

/**
 * Runs workflows and activities as soon as Temporal is reachable, and keeps trying to connect. No error of Temporal ends
 * the process.
 */
export class TemporalWorker {
  private readonly options: TemporalWorkerOptions;
  private readonly stopping = new AbortController();
  private bundle: WorkflowBundleOption | undefined;
  private connection: NativeConnection | undefined;
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;
  private readonly ended = Promise.withResolvers<Error>();

  constructor(options: TemporalWorkerOptions) {
    this.options = options;
  }

  get isConnected(): boolean {
    return this.worker?.getState() === 'RUNNING';
  }

  /** Resolves with the reason if Temporal's worker ended without a stop. */
  get failed(): Promise<Error> {
    return this.ended.promise;
  }

  /** Bundles the workflows unless a file has them. This blocks the event loop, so it comes before any attempt. */
  async prepare(): Promise<void> {
    const { version, workflowBundle, workflowsPath } = this.options;
    if (workflowBundle && !version) return void (this.bundle = { codePath: workflowBundle });
    const { code } = workflowBundle
      ? { code: await readFile(workflowBundle, 'utf8') }
      : await bundleWorkflows(workflowsPath);
    this.bundle = { code: version ? HAS_VERSION + code : code };
  }

  /** Resolves when workflows and activities run, or when it is stopped. Call it after `prepare`. */
  async start(): Promise<void> {
    for (let failures = 0; !this.isStopping; failures++) {
      try {
        return await this.connect();
      } catch (error) {
        if (failures % 30 === 0) this.options.log.warn({ err: error }, 'Temporal unreachable: retrying');
        await this.pause(RETRY_MS);
      }
    }
  }

  /** Accepts no more work and waits for running activities. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.worker?.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
  }

  /**
   * Closes the connection; call it when nothing uses the client anymore. A worker that was being created when it was stopped holds the
   * connection until the process ends.
   */
  async close(): Promise<void> {
    await this.connection
      ?.close()
      .catch((error: unknown) => this.options.log.debug({ err: error }, 'the connection to Temporal stays open'));
  }

  private async connect(): Promise<void> {
    const { taskQueue, version, activities, spans, shutdownMs, onConnected } = this.options;
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ disableFile: true });
    this.connection ??= await NativeConnection.connect(connectionOptions);
    const { connection } = this;
    if (this.isStopping) return;
    this.worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      workflowBundle: this.bundle!,
      activities,
      interceptors: { activity: spans.activityInterceptors },
      sinks: spans.sinks,
      maxConcurrentActivityTaskExecutions: 1_000,
      shutdownGraceTime: shutdownMs,
      shutdownForceTime: shutdownMs + FORCE_MS,
      // Deliveries stay with the version that began them; the other workflows say that they follow the current one.
      ...(version && {
        workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
      }),
    });
    if (this.isStopping) return;
    this.running = this.run(this.worker);
    const client = new Client({ connection, namespace, interceptors: spans.clientInterceptors });
    onConnected(client);
    void this.keepSchedule(client);
  }

  private async run(worker: Worker): Promise<void> {
    try {
      await worker.run();
      if (!this.isStopping) this.ended.resolve(new Error('it was shut down'));
    } catch (error) {
      this.options.log.error({ err: error }, 'Temporal worker ended');
      this.ended.resolve(error as Error);
    }
  }

  private async keepSchedule(client: Client): Promise<void> {
    for (let failures = 0; !this.isStopping; failures++) {
      try {
        return await scheduleMaintenance(client, this.options.taskQueue);
      } catch (error) {
        if (failures % 30 === 0) this.options.log.warn({ err: error }, 'scheduling the maintenance failed: retrying');
        await this.pause(SCHEDULE_RETRY_MS);
      }
    }
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => {});
  }
}
