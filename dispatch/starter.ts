import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Plan } from '../core/domain/plan.ts';
import type { deliver } from '../workflows/index.ts';
import { wake } from '../workflows/messages.ts';
import type { Claimed } from './claimed.ts';
import { searchAttributesOf } from './search-attributes.ts';
import { fittingSummary } from './temporal-limits.ts';

export interface Start {
  workflowId: string;
  members: Claimed[];
  plan: Plan;
  /** Whether a workflow of this id may be running: then it is woken instead. */
  known: boolean;
}

/** A start that waits for Temporal: of its members, only what the request needs is kept. */
interface Waiting {
  options: WorkflowStartOptions<typeof deliver> & { workflowId: string };
  plan: Plan;
  known: boolean;
  size: number;
}

const CONCURRENT_STARTS = 8;
const RETRY_MS = 1_000;
/** Deliveries whose workflows may wait for Temporal, some 100 bytes each; beyond that the oldest go without. */
const MOST_PENDING = 200_000;
/** gRPC's INVALID_ARGUMENT: the same request will never be taken. */
const INVALID_ARGUMENT = 3;

/**
 * Starts and wakes workflows, a few at once, and keeps trying while Temporal is away. No attempt waits for it. A delivery that goes
 * without a workflow is still in the outbox, where a dispatcher takes it when its next attempt is due, and starts one then.
 */
export class Starter {
  private readonly taskQueue: string;
  private readonly log: Logger;
  private readonly waiting: Waiting[] = [];
  private client: Client | undefined;
  private running = 0;
  private stopping = false;
  private stopped = false;
  private idle = Promise.withResolvers<void>();
  private refused = 0;
  private leftOut = false;
  /** Deliveries whose workflow has not been acknowledged yet. */
  private pending = 0;

  constructor(taskQueue: string, log: Logger) {
    this.taskQueue = taskQueue;
    this.log = log;
  }

  /** Temporal can be reached from now on: what waits is started. */
  connect(client: Client): void {
    this.client = client;
    while (this.running < CONCURRENT_STARTS && this.waiting.length > 0) void this.work(client);
  }

  start(start: Start): void {
    const size = start.members.length;
    this.pending += size;
    this.waiting.push({ options: this.options(start), plan: start.plan, known: start.known, size });
    while (this.pending > MOST_PENDING && this.waiting.length > 1) this.leaveOutOldest();
    if (this.client && this.running < CONCURRENT_STARTS) void this.work(this.client);
  }

  /**
   * What starts from now on is for another worker. Waits until all is acknowledged, but at most `limitMs`; what is left is
   * found again in the outbox.
   */
  async stop(limitMs: number): Promise<void> {
    this.stopping = true;
    if (this.client && this.pending > 0) await Promise.race([this.idle.promise, delay(limitMs)]);
    this.stopped = true;
  }

  private leaveOutOldest(): void {
    const { size } = this.waiting.shift()!;
    this.pending -= size;
    if (!this.leftOut) this.log.warn('Temporal is too far behind: some deliveries go without a workflow');
    this.leftOut = true;
  }

  private async work(client: Client): Promise<void> {
    this.running++;
    for (let next = this.waiting.shift(); next && !this.stopped; next = this.waiting.shift()) {
      await this.begin(client, next);
      this.pending -= next.size;
    }
    this.running--;
    if (this.pending === 0) {
      this.idle.resolve();
      this.idle = Promise.withResolvers();
    }
  }

  private async begin(client: Client, start: Waiting): Promise<void> {
    for (let failures = 0; !this.stopped; failures++) {
      try {
        return await (start.known ? this.wakeOrStart(client, start) : this.startFresh(client, start));
      } catch (error) {
        if (isFinal(error)) return this.giveUp(start, error);
        if (failures % 30 === 0) this.log.warn({ err: error }, 'Temporal did not take a workflow, trying again');
        await delay(RETRY_MS);
      }
    }
  }

  private giveUp({ options, size }: Waiting, error: unknown): void {
    this.refused += size;
    const details = { err: error, workflow: options.workflowId, deliveries: this.refused };
    const message = 'Temporal refused a workflow: its deliveries go on without one';
    if (this.refused === size) this.log.error(details, message);
    else this.log.debug(details, message);
  }

  private async startFresh(client: Client, start: Waiting): Promise<void> {
    try {
      await client.workflow.start<typeof deliver>('deliver', {
        ...start.options,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
        requestEagerStart: !this.stopping,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await this.wakeOrStart(client, start);
    }
  }

  private async wakeOrStart(client: Client, { options, plan }: Waiting): Promise<void> {
    await client.workflow.signalWithStart<typeof deliver, [Plan]>('deliver', {
      ...options,
      signal: wake,
      signalArgs: [plan],
    });
  }

  private options({ workflowId, members, plan }: Start): Waiting['options'] {
    const first = members[0]!;
    return {
      workflowId,
      taskQueue: this.taskQueue,
      args: [{ deliveryIds: members.map((member) => member.delivery_id), plan }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      typedSearchAttributes: searchAttributesOf(members),
      staticSummary: fittingSummary(
        members.length === 1
          ? `${first.event_type} to ${new URL(first.url).host}`
          : `${members.length} deliveries of ${first.platform}`,
      ),
    };
  }
}

/** The client wraps what the server answered in a ServiceError. */
function isFinal(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === INVALID_ARGUMENT) return true;
  }
  return false;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
