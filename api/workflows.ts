import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { WorkflowState } from '../core/contracts/dashboard/deliveries.ts';
import { explainRouting, readRouting } from '../delivery/handover/workflow-routing.ts';

/** Temporal requests of the API. All have a timeout and a fallback, so the API works without Temporal. */
export interface Workflows {
  describe(workflowId: string): Promise<{ state: WorkflowState; detail: string | null }>;
  /** The URL of the workflow in Temporal's Web UI; null if it is unknown. */
  linkTo(workflowId: string): string | null;
  /** Requests the cancellation without waiting. Errors are ignored. */
  cancel(workflowId: string): void;
  check(): Promise<{ ok: boolean; detail: string }>;
  /** Waits for open calls. Call it when no more requests come in. */
  close(): Promise<void>;
}

const LIMIT_MS = 1_000;
const STATES: Partial<Record<string, WorkflowState>> = {
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'canceled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'failed',
  CONTINUED_AS_NEW: 'running',
};

export interface WorkflowsOptions {
  temporalUiUrl: string | undefined;
  taskQueue: string;
}

/** Connects on first use. */
export function createWorkflows({ temporalUiUrl, taskQueue }: WorkflowsOptions): Workflows {
  const config = loadClientConnectConfig({ disableFile: true });
  const namespace = config.namespace ?? 'default';
  const connection = Connection.lazy({ ...config.connectionOptions, connectTimeout: LIMIT_MS });
  const client = new Client({ connection, namespace });
  const open = new Set<Promise<unknown>>();
  const limited = <T>(ask: () => Promise<T>): Promise<T> => {
    const call = connection.withDeadline(Date.now() + LIMIT_MS, ask);
    open.add(call);
    const end = () => open.delete(call);
    call.then(end, end);
    return call;
  };

  return {
    async describe(workflowId) {
      try {
        const { status, raw } = await limited(() => client.workflow.getHandle(workflowId).describe());
        const detail = raw.pendingActivities?.[0]?.lastFailure?.message ?? null;
        return { state: STATES[status.name] ?? 'unknown', detail };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) {
          const detail =
            'none is kept: it is over, or Temporal was away when the attempt was recorded, and has yet to take it';
          return { state: 'none', detail };
        }
        return { state: 'unknown', detail: 'Temporal does not answer' };
      }
    },
    linkTo: (workflowId) =>
      temporalUiUrl === undefined
        ? null
        : `${temporalUiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`,
    cancel(workflowId) {
      limited(() => client.workflow.getHandle(workflowId).cancel()).catch(() => {});
    },
    async check() {
      try {
        const { serverVersion } = await limited(() => connection.workflowService.getSystemInfo({}));
        const problem = await limited(() => readRouting(connection, namespace, taskQueue)).then(
          explainRouting,
          () => null,
        );
        return { ok: problem === null, detail: `Temporal ${serverVersion} answers${problem ? `; ${problem}` : ''}` };
      } catch {
        return {
          ok: false,
          detail: 'Temporal does not answer: deliveries and retries go out, and their workflows are started later',
        };
      }
    },
    async close() {
      // A call that the client repeats after the connection was closed would throw from a timer, and end the process.
      while (open.size > 0) await Promise.allSettled(open);
      await connection.close();
    },
  };
}
