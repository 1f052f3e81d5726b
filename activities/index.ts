import { activityInfo } from '@temporalio/activity';
import type { Query } from '../core/db/partitions.ts';
import type { DeliveryAttempts } from '../core/domain/standing.ts';
import { attemptDeliveries } from './attempt-deliveries.ts';
import { cancelDeliveries } from './cancel-deliveries.ts';
import { maintainTables } from './maintain-tables.ts';

export interface ActivityDeps {
  attempts: DeliveryAttempts;
  query: Query;
  retentionDays: number;
}

export function createActivities({ attempts, query, retentionDays }: ActivityDeps) {
  return {
    attemptDeliveries: (deliveryIds: string[]) => attemptDeliveries(attempts, deliveryIds),
    cancelDeliveries: (deliveryIds: string[]) =>
      cancelDeliveries(query, activityInfo().workflowExecution!.workflowId, deliveryIds),
    maintainTables: () => maintainTables(query, retentionDays),
  };
}

export type Activities = ReturnType<typeof createActivities>;
