import {
  defaultPayloadConverter,
  proxySinks,
  workflowInfo,
  type Payload,
  type WorkflowInterceptors,
} from '@temporalio/workflow';
import { TRACES_HEADER, type TraceSinks } from './messages.ts';

const { traces: sink } = proxySinks<TraceSinks>();

/**
 * Passes the traces of a workflow on to its activities, and reports its end for its span. Neither adds to the history's commands, so workflows
 * replay with and without traces.
 */
export function interceptors(): WorkflowInterceptors {
  let header: Payload | undefined;
  return {
    inbound: [
      {
        execute(input, next) {
          header = input.headers[TRACES_HEADER];
          return header === undefined ? next(input) : report(defaultPayloadConverter.fromPayload(header), next(input));
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) =>
          next(header === undefined ? input : { ...input, headers: { ...input.headers, [TRACES_HEADER]: header } }),
      },
    ],
  };
}

async function report(traces: string[], result: Promise<unknown>): Promise<unknown> {
  const startedAt = workflowInfo().startTime.getTime();
  try {
    const value = await result;
    sink.ended({ traces, startedAt });
    return value;
  } catch (error) {
    sink.ended({ traces, startedAt, error: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}
