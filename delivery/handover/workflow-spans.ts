import type { Context as ActivityContext } from '@temporalio/activity';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import {
  ApplicationFailure,
  ApplicationFailureCategory,
  defaultPayloadConverter,
  type Headers,
} from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInterceptors, InjectedSinks } from '@temporalio/worker';
import { traceIdOf, type Span, type TraceContext, type Tracing } from '../../core/tracing/tracing.ts';
import { TRACES_HEADER, type TraceSinks, type WorkflowRun } from '../../workflows/messages.ts';
import { inActivitySpans } from '../claim/delivery-spans.ts';

/** A workflow has spans in the traces of this many of its deliveries at most. */
const MOST_TRACES = 32;
const NONE: TraceContext[] = [];

/**
 * The spans of workflows, in the traces of their deliveries: `StartWorkflow:…`, and beneath it `RunWorkflow:…` and, for each run of an
 * activity, `RunActivity:…`. A workflow carries its traces in a header, so what an older version or a process without tracing started has
 * no such spans; its attempts have theirs all the same. Without tracing, nothing is done.
 */
export class WorkflowSpans {
  private readonly tracing: Tracing | null;
  /** Of the workflows that are being started, by their ids. */
  private readonly starting = new Map<string, Span[]>();

  constructor(tracing: Tracing | null) {
    this.tracing = tracing;
  }

  /** The traces that a workflow of these deliveries belongs to, each once. */
  tracesOf(members: readonly { trace?: TraceContext | null }[]): TraceContext[] {
    if (this.tracing === null) return NONE;
    const traces = new Map<string, TraceContext>();
    for (const { trace } of members) {
      if (trace && traces.size < MOST_TRACES) traces.set(traceIdOf(trace), trace);
    }
    return [...traces.values()];
  }

  /** Until `ended`, requests of the client for this workflow carry its traces. */
  begin(workflowId: string, traces: TraceContext[]): void {
    if (this.tracing === null || traces.length === 0) return;
    const attributes = { 'temporal.workflow.id': workflowId };
    const spans = traces.map((trace) => this.tracing!.begin('StartWorkflow:deliver', 'producer', trace, attributes));
    this.starting.set(workflowId, spans);
  }

  /** `failure` unless Temporal has accepted it. */
  ended(workflowId: string, failure?: string): void {
    for (const span of this.starting.get(workflowId) ?? []) span.end(failure);
    this.starting.delete(workflowId);
  }

  get clientInterceptors(): { workflow: WorkflowClientInterceptor[] } {
    if (this.tracing === null) return { workflow: [] };
    return {
      workflow: [
        {
          startWithDetails: (input, next) =>
            next({ ...input, headers: this.addTraces(input.headers, input.options.workflowId) }),
          signalWithStart: (input, next) =>
            next({ ...input, headers: this.addTraces(input.headers, input.options.workflowId) }),
        },
      ],
    };
  }

  get activityInterceptors(): ((context: ActivityContext) => ActivityInterceptors)[] {
    if (this.tracing === null) return [];
    return [
      (context) => ({
        inbound: {
          execute: (input, next) => {
            const traces = readTraces(input.headers);
            return traces.length === 0 ? next(input) : this.traceActivity(traces, context, input, next);
          },
        },
      }),
    ];
  }

  /** Registered without tracing, too: another worker may have begun a workflow that this one ends. */
  get sinks(): InjectedSinks<TraceSinks> {
    return {
      traces: {
        ended: {
          fn: ({ workflowId, runId, workflowType }, run) => this.traceRun(workflowType, workflowId, runId, run),
          callDuringReplay: false,
        },
      },
    };
  }

  private addTraces(headers: Headers, workflowId: string): Headers {
    const spans = this.starting.get(workflowId);
    if (spans === undefined) return headers;
    return { ...headers, [TRACES_HEADER]: defaultPayloadConverter.toPayload(spans.map(({ context }) => context)) };
  }

  private async traceActivity(
    traces: TraceContext[],
    { info }: ActivityContext,
    input: ActivityExecuteInput,
    run: (input: ActivityExecuteInput) => Promise<unknown>,
  ): Promise<unknown> {
    const name = `RunActivity:${info.activityType}`;
    const attributes = {
      'temporal.workflow.id': info.workflowExecution?.workflowId,
      'temporal.workflow.run_id': info.workflowExecution?.runId,
      'temporal.activity.attempt': info.attempt,
    };
    const spans = traces.map((trace) => this.tracing!.begin(name, 'internal', trace, attributes));
    let failure: string | undefined;
    try {
      return await inActivitySpans(
        spans.map(({ context }) => context),
        () => run(input),
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      for (const span of spans) span.add({ 'temporal.activity.result': message });
      // A run whose deliveries wait for their next attempt ends with such an error, which is as it should be.
      if (!isBenign(error)) failure = message;
      throw error;
    } finally {
      for (const span of spans) span.end(failure);
    }
  }

  private traceRun(type: string, workflowId: string, runId: string, { traces, startedAt, error }: WorkflowRun): void {
    if (this.tracing === null) return;
    const attributes = { 'temporal.workflow.id': workflowId, 'temporal.workflow.run_id': runId };
    for (const trace of traces) {
      this.tracing.begin(`RunWorkflow:${type}`, 'internal', trace, attributes, startedAt).end(error);
    }
  }
}

function readTraces(headers: Headers): TraceContext[] {
  const payload = headers[TRACES_HEADER];
  return payload === undefined ? NONE : defaultPayloadConverter.fromPayload(payload);
}

function isBenign(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.category === ApplicationFailureCategory.BENIGN;
}
