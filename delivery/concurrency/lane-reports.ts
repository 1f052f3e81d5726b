import type pg from 'pg';
import type { Logger } from 'pino';
import { REPORT_LANES } from './lane-statements.ts';
import type { LaneState } from '../../core/domain/lane-state.ts';
import { describeLane } from './describe-lane.ts';
import type { Lane, LaneOwner } from './lane.ts';

export interface LaneReportsDeps {
  pool: pg.Pool;
  log: Logger;
  lanes: () => Iterable<Lane<unknown>>;
  /** The reporting worker; its rows are deleted with its lease. */
  worker: () => string;
  /** Called when a webhook starts or stops being held back, or the reason changes. */
  onChanged: (owner: LaneOwner) => void;
}

interface Told {
  owner: LaneOwner;
  state: LaneState;
  since: Date;
}

const REPORT_MS = 2_000;

/** Writes to PostgreSQL, for the dashboard, which webhooks this worker holds back, why and since when. */
export class LaneReports {
  private readonly deps: LaneReportsDeps;
  private told = new Map<string, Told>();
  private timer: NodeJS.Timeout | undefined;

  constructor(deps: LaneReportsDeps) {
    this.deps = deps;
  }

  start(): void {
    this.timer = setTimeout(() => {
      void this.report().finally(() => {
        if (this.timer) this.start();
      });
    }, REPORT_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async report(): Promise<void> {
    const { pool, log, worker } = this.deps;
    const { told: before } = this;
    const now = new Map<string, Told>();
    const columns: unknown[][] = Array.from({ length: 8 }, () => []);
    for (const lane of this.deps.lanes()) {
      const described = describeLane(lane, performance.now());
      if (!described) continue;
      const { state, reason } = described;
      const id = lane.owner.webhook_id;
      const known = before.get(id);
      const since = known?.state === state ? known.since : new Date();
      now.set(id, { owner: lane.owner, state, since });
      const { concurrency, limit } = lane.adaptive;
      const row = [id, state, reason, since, concurrency, limit, lane.running, lane.queue.length];
      row.forEach((value, index) => columns[index]!.push(value));
    }
    if (now.size === 0 && before.size === 0) return;
    try {
      await pool.query({ ...REPORT_LANES, values: [worker(), ...columns] });
    } catch (error) {
      log.debug({ err: error }, 'lane report failed: retrying');
      return;
    }
    this.told = now;
    for (const [id, { owner }] of new Map([...before, ...now])) {
      if (before.get(id)?.state !== now.get(id)?.state) this.deps.onChanged(owner);
    }
  }
}
