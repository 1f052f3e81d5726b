import type { Client } from '@temporalio/client';
import { WorkflowIdReusePolicy } from '@temporalio/common';
import type pg from 'pg';
import type { Logger } from 'pino';
import { listen, type Listener } from '../../core/db/listener.ts';
import { RECOVERY_WORKFLOWS } from './recovery-workflows.ts';
import type { RecoveryState, StoredFilter } from '../../core/domain/recovery.ts';
import type { recover } from '../../workflows/index.ts';
import { recoveryChanged, type RecoveryChange } from '../../workflows/messages.ts';
import { recoveryAttributesOf } from '../handover/search-attributes.ts';

export interface RecoveriesOptions {
  databaseUrl: string;
  pool: pg.Pool;
  client: Client;
  log: Logger;
  taskQueue: string;
}

interface Untold {
  id: string;
  platform: string | null;
  org_id: string | null;
  state: RecoveryState;
  filter: StoredFilter;
  rate: number;
  revision: number;
  workflow_id: string;
}

/** Finds what a lost notice hid, and what could not be told while Temporal was away. */
const POLL_MS = 2_000;

/**
 * Tells Temporal of recoveries: each start, pause, resume, cancel and change of rate is a revision of the recovery's row, and
 * its workflow is signalled, or started where there is none. Telling it twice, or from two workers, does no harm.
 */
export class Recoveries {
  private readonly options: RecoveriesOptions;
  private listener: Listener | undefined;
  private timer: NodeJS.Timeout | undefined;
  private telling: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(options: RecoveriesOptions) {
    this.options = options;
  }

  start(): void {
    this.listener = listen({ ...this.options, channels: ['posthorn_recoveries'], onNotify: () => this.wakeUp() });
    this.timer = setInterval(() => this.wakeUp(), POLL_MS);
  }

  /** What is being told right now is told again by another worker. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.listener?.close();
  }

  private wakeUp(): void {
    this.again = true;
    this.telling ??= this.tellAll().finally(() => (this.telling = undefined));
  }

  private async tellAll(): Promise<void> {
    const { pool, log } = this.options;
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        const { rows } = await pool.query<Untold>(RECOVERY_WORKFLOWS.untold);
        for (const recovery of rows) {
          await this.tell(recovery);
          await pool.query({ ...RECOVERY_WORKFLOWS.told, values: [recovery.id, recovery.revision] });
        }
      }
    } catch (error) {
      log.warn({ err: error }, 'recovery could not be started or updated: retrying');
    }
  }

  private async tell(recovery: Untold): Promise<void> {
    const { id, state, rate, workflow_id: workflowId } = recovery;
    await this.options.client.workflow.signalWithStart<typeof recover, [RecoveryChange]>('recover', {
      workflowId,
      taskQueue: this.options.taskQueue,
      args: [{ recoveryId: id }],
      signal: recoveryChanged,
      signalArgs: [{ state, rate }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      typedSearchAttributes: recoveryAttributesOf(recovery),
      staticSummary: `recovery of ${recovery.filter.status.join(' and ')} deliveries of ${recovery.platform ?? 'every platform'}`,
    });
  }
}
