import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { maintain } from '../workflows/index.ts';

const SCHEDULE_ID = 'posthorn-maintenance';

/** Sees to it that Temporal runs the maintenance of the tables every six hours; does nothing where it already does. */
export async function scheduleMaintenance(client: Client, taskQueue: string): Promise<void> {
  try {
    await client.schedule.create<typeof maintain>({
      scheduleId: SCHEDULE_ID,
      spec: { intervals: [{ every: '6 hours' }] },
      action: { type: 'startWorkflow', workflowType: 'maintain', workflowId: SCHEDULE_ID, taskQueue, args: [] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
      state: { triggerImmediately: true },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
