import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Plan } from '../core/domain/plan.ts';
import type { deliver } from '../workflows/index.ts';
import { wake } from '../workflows/messages.ts';
import type { Claimed } from './claimed.ts';
import { searchAttributesOf } from './search-attributes.ts';

export interface Start {
  workflowId: string;
  members: Claimed[];
  plan: Plan;
  /** Whether a workflow of this id may be running: then it is woken instead. */
  known: boolean;
}

const CONCURRENT_STARTS = 8;
const RETRY_MS = 1_000;

/**
 * Starts and wakes workflows, a few at once, and keeps trying while Temporal is away. The deliveries that wait here count
 * against the dispatcher's room, so an outage leaves the backlog in PostgreSQL.
 */
export class Starter {
  private readonly client: Client;
  private readonly taskQueue: string;
  private readonly log: Logger;
  private readonly waiting: Start[] = [];
  private running = 0;
  private stopping = false;
  private stopped = false;
  private idle = Promise.withResolvers<void>();
  private readonly onAcknowledged: () => void;
  /** Deliveries whose workflow has not been acknowledged yet. */
  pending = 0;

  constructor(client: Client, taskQueue: string, log: Logger, onAcknowledged: () => void) {
    this.client = client;
    this.taskQueue = taskQueue;
    this.log = log;
    this.onAcknowledged = onAcknowledged;
  }

  start(start: Start): void {
    this.pending += start.members.length;
    this.waiting.push(start);
    if (this.running < CONCURRENT_STARTS) void this.work();
  }

  /**
   * What starts from now on is for another worker. Waits until all is acknowledged, but at most `limitMs`; what is left is
   * found again in the outbox.
   */
  async stop(limitMs: number): Promise<void> {
    this.stopping = true;
    if (this.pending > 0) await Promise.race([this.idle.promise, delay(limitMs)]);
    this.stopped = true;
  }

  private async work(): Promise<void> {
    this.running++;
    for (let next = this.waiting.shift(); next && !this.stopped; next = this.waiting.shift()) {
      await this.begin(next);
      this.pending -= next.members.length;
      this.onAcknowledged();
    }
    this.running--;
    if (this.pending === 0) {
      this.idle.resolve();
      this.idle = Promise.withResolvers();
    }
  }

  private async begin(start: Start): Promise<void> {
    for (let failures = 0; !this.stopped; failures++) {
      try {
        return await (start.known ? this.wakeOrStart(start) : this.startFresh(start));
      } catch (error) {
        if (failures % 30 === 0) this.log.warn({ err: error }, 'Temporal did not take a workflow, trying again');
        await delay(RETRY_MS);
      }
    }
  }

  private async startFresh(start: Start): Promise<void> {
    try {
      await this.client.workflow.start<typeof deliver>('deliver', {
        ...this.options(start),
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
        requestEagerStart: !this.stopping,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      await this.wakeOrStart(start);
    }
  }

  private async wakeOrStart(start: Start): Promise<void> {
    await this.client.workflow.signalWithStart<typeof deliver, [Plan]>('deliver', {
      ...this.options(start),
      signal: wake,
      signalArgs: [start.plan],
    });
  }

  private options({ workflowId, members, plan }: Start): WorkflowStartOptions<typeof deliver> & { workflowId: string } {
    const first = members[0]!;
    return {
      workflowId,
      taskQueue: this.taskQueue,
      args: [{ deliveryIds: members.map((member) => member.delivery_id), plan }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      typedSearchAttributes: searchAttributesOf(members),
      staticSummary:
        members.length === 1
          ? `${first.event_type} to ${new URL(first.url).host}`
          : `${members.length} deliveries of ${first.platform}`,
    };
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
