import type { SystemHealth } from '../../../../core/contracts/dashboard/operation.ts';
import { formatPlural } from '../../lib/number-format.ts';

/** The health of the workers as one component. Without a live worker nothing is sent. */
export function describeWorkers(workers: SystemHealth['workers']): { ok: boolean; detail: string } {
  const alive = workers.filter((worker) => worker.alive).length;
  const gone = workers.length - alive;
  if (alive === 0) return { ok: false, detail: 'No worker is running: events are accepted and wait.' };
  const others = gone === 0 ? '' : `; ${formatPlural(gone, 'other has', 'others have')} gone silent`;
  return { ok: true, detail: `${formatPlural(alive, 'worker')} running${others}` };
}
