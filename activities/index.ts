import { activityInfo } from '@temporalio/activity';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Query } from '../core/db/partitions.ts';
import type { RetryOutcome } from '../core/domain/plan.ts';
import type { DeliveryAttempts } from '../core/domain/delivery-result.ts';
import { attemptDeliveries } from './attempt-deliveries.ts';
import { cancelDeliveries } from './cancel-deliveries.ts';
import { cancelRecovery } from './cancel-recovery.ts';
import { maintainTables } from './maintain-tables.ts';
import { takeRecoveryParts } from './take-recovery-parts.ts';

export interface ActivityDeps {
  attempts: DeliveryAttempts;
  pool: pg.Pool;
  retentionDays: number;
  log: Logger;
}

export function createActivities({ attempts, pool, retentionDays, log }: ActivityDeps) {
  const query: Query = async (sql, params) => (await pool.query(sql, params)).rows;
  return {
    attemptDeliveries: (deliveryIds: string[], outcome?: RetryOutcome) =>
      attemptDeliveries(attempts, deliveryIds, outcome),
    cancelDeliveries: (deliveryIds: string[]) =>
      cancelDeliveries(query, activityInfo().workflowExecution!.workflowId, deliveryIds),
    cancelRecovery: (recoveryId: string) => cancelRecovery(query, recoveryId),
    takeRecoveryParts: (recoveryId: string) => takeRecoveryParts(pool, recoveryId),
    maintainTables: () => maintainTables(query, retentionDays, log),
  };
}

export type Activities = ReturnType<typeof createActivities>;
