import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowStartOptions } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import type { Logger } from 'pino';
import type { DeliverSummary, Plan, RetryOutcome } from '../../core/domain/plan.ts';
import type { TraceContext } from '../../core/tracing/tracing.ts';
import type { deliver } from '../../workflows/index.ts';
import { wake } from '../../workflows/messages.ts';
import type { Claimed } from '../claim/claimed.ts';
import { searchAttributesOf } from './search-attributes.ts';
import { fittingSummary } from './temporal-limits.ts';
import type { WorkflowSpans } from './workflow-spans.ts';

/** A delivery as its workflow and Temporal's Web UI need it. */
export type Member = Pick<
  Claimed,
  | 'delivery_id'
  | 'webhook_id'
  | 'platform'
  | 'org_id'
  | 'event_type'
  | 'url'
  | 'attempts'
  | 'max_attempts'
  | 'round_start'
  | 'options'
> &
  Partial<Pick<Claimed, 'trace'>>;

export interface Start {
  workflowId: string;
  members: Member[];
  plan: Plan;
  /** Whether a workflow with this id may be running: then it gets a signal instead. */
  known: boolean;
  /** Set if all deliveries have ended: the workflow completes at once. */
  done?: DeliverSummary;
  /** Set if all deliveries have the same next attempt. */
  outcome?: RetryOutcome;
}

export interface StarterHooks {
  /** Called with the deliveries of each workflow that Temporal has accepted or refused for good, unless all of them had ended. */
  onTaken: (workflowId: string, deliveryIds: string[]) => Promise<void>;
  /** Called with the error message when Temporal refuses a workflow for good. */
  onRefused: (reason: string) => void;
  /** Called when a workflow is to be started, with the number of its deliveries. */
  onStart?: (deliveries: number) => void;
  /** Called after each request with Temporal's answer; after `failed` the request is repeated. */
  onAnswer?: (answer: StartAnswer, seconds: number) => void;
}

export type StartAnswer = 'accepted' | 'refused' | 'failed';

/** A start that waits for Temporal, without the parts of its members that the request does not need. */
interface Waiting {
  options: WorkflowStartOptions<typeof deliver> & { workflowId: string };
  plan: Plan;
  known: boolean;
  deliveryIds: string[];
  done: boolean;
  traces: TraceContext[];
}

const CONCURRENT_STARTS = 8;
const RETRY_MS = 1_000;
/** Deliveries whose workflows may wait for Temporal, about 100 bytes each. Beyond that the oldest are dropped; unfinished ones are found again in PostgreSQL. */
const MOST_PENDING = 200_000;
/** gRPC's INVALID_ARGUMENT: the same request will always be refused. */
const INVALID_ARGUMENT = 3;

/**
 * Starts and signals workflows, a few at once, and keeps trying while Temporal is away. No delivery waits for it.
 */
export class Starter {
  private readonly taskQueue: string;
  private readonly log: Logger;
  private readonly hooks: StarterHooks;
  private readonly spans: WorkflowSpans;
  private readonly waiting: Waiting[] = [];
  private client: Client | undefined;
  private running = 0;
  private stopped = false;
  private drained = Promise.withResolvers<void>();
  private refusedBefore = false;
  private leftOut = false;
  /** Deliveries whose workflow Temporal has not accepted yet. */
  private pending = 0;

  constructor(taskQueue: string, log: Logger, spans: WorkflowSpans, hooks: StarterHooks) {
    this.taskQueue = taskQueue;
    this.log = log;
    this.spans = spans;
    this.hooks = hooks;
  }

  /** Whether Temporal seems reachable and no start is pending. */
  get idle(): boolean {
    return this.client !== undefined && this.pending === 0;
  }

  /** Deliveries whose workflow Temporal has not accepted yet. */
  get backlog(): number {
    return this.pending;
  }

  /** Temporal is reachable: starts pending workflows. */
  connect(client: Client): void {
    this.client = client;
    while (this.running < CONCURRENT_STARTS && this.waiting.length > 0) void this.work(client);
  }

  start(start: Start): void {
    const { plan, known, members, done } = start;
    const deliveryIds = members.map((member) => member.delivery_id);
    this.pending += deliveryIds.length;
    this.hooks.onStart?.(deliveryIds.length);
    this.waiting.push({
      options: this.options(start, deliveryIds),
      plan,
      known,
      deliveryIds,
      done: done !== undefined,
      traces: this.spans.tracesOf(members),
    });
    while (this.pending > MOST_PENDING && this.waiting.length > 1) this.leaveOutOldest();
    if (this.client && this.running < CONCURRENT_STARTS) void this.work(this.client);
  }

  /** Waits until Temporal has accepted all workflows, at most `limitMs`. Unfinished deliveries of the others are found again in PostgreSQL. */
  async stop(limitMs: number): Promise<void> {
    if (this.client && this.pending > 0) await Promise.race([this.drained.promise, delay(limitMs)]);
    this.stopped = true;
  }

  private leaveOutOldest(): void {
    this.pending -= this.waiting.shift()!.deliveryIds.length;
    if (!this.leftOut)
      this.log.warn(
        'Temporal is too far behind: some workflows are started later, or not at all where nothing is left to do',
      );
    this.leftOut = true;
  }

  private async work(client: Client): Promise<void> {
    this.running++;
    for (let next = this.waiting.shift(); next && !this.stopped; next = this.waiting.shift()) {
      const { workflowId } = next.options;
      this.spans.begin(workflowId, next.traces);
      const answer = await this.begin(client, next);
      this.spans.ended(workflowId, answer === 'accepted' ? undefined : answer);
      if (!next.done && !this.stopped) await this.hooks.onTaken(workflowId, next.deliveryIds);
      this.pending -= next.deliveryIds.length;
    }
    this.running--;
    if (this.pending === 0) {
      this.drained.resolve();
      this.drained = Promise.withResolvers();
    }
  }

  /** `failed`: it was stopped meanwhile. */
  private async begin(client: Client, start: Waiting): Promise<StartAnswer> {
    for (let failures = 0; !this.stopped; failures++) {
      const begun = performance.now();
      const tell = (answer: StartAnswer) => this.hooks.onAnswer?.(answer, (performance.now() - begun) / 1_000);
      try {
        await (start.known ? this.wakeOrStart(client, start) : this.startFresh(client, start));
        tell('accepted');
        return 'accepted';
      } catch (error) {
        tell(isFinal(error) ? 'refused' : 'failed');
        if (isFinal(error)) {
          this.giveUp(start, error);
          return 'refused';
        }
        if (failures % 30 === 0) {
          const ids = { workflow: start.options.workflowId, delivery: start.deliveryIds[0] };
          this.log.warn({ err: error, ...ids }, 'workflow start failed: retrying');
        }
        await delay(RETRY_MS);
      }
    }
    return 'failed';
  }

  private giveUp({ options, deliveryIds }: Waiting, error: Error): void {
    const ids = { workflow: options.workflowId, delivery: deliveryIds[0] };
    const details = { err: error, ...ids, deliveries: deliveryIds.length };
    const message = 'Temporal refused a workflow: its deliveries go on without one';
    if (this.refusedBefore) this.log.debug(details, message);
    else this.log.error(details, message);
    this.refusedBefore = true;
    this.hooks.onRefused(error.cause instanceof Error ? error.cause.message : error.message);
  }

  private async startFresh(client: Client, start: Waiting): Promise<void> {
    try {
      await client.workflow.start<typeof deliver>('deliver', {
        ...start.options,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
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

  private options({ workflowId, members, plan, done, outcome }: Start, deliveryIds: string[]): Waiting['options'] {
    const first = members[0]!;
    return {
      workflowId,
      taskQueue: this.taskQueue,
      args: [{ deliveryIds, plan, ...(done && { done }), ...(outcome && { outcome }) }],
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

/** The client wraps the server's error in a ServiceError. */
function isFinal(error: unknown): error is Error {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === INVALID_ARGUMENT) return true;
  }
  return false;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
