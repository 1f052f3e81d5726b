import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { maintain } from '../../workflows/index.ts';

/** The schedule's id, one for each installation. */
function maintenanceId(taskQueue: string): string {
  return `${taskQueue}-maintenance`;
}

/** Sees to it that Temporal runs the maintenance of the tables every six hours; does nothing where it already does. */
export async function scheduleMaintenance(client: Client, taskQueue: string): Promise<void> {
  try {
    await client.schedule.create<typeof maintain>({
      scheduleId: maintenanceId(taskQueue),
      spec: { intervals: [{ every: '6 hours' }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'maintain',
        workflowId: maintenanceId(taskQueue),
        taskQueue,
        args: [],
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
      state: { triggerImmediately: true },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
