import { expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status } from '../receiver.ts';
import { System } from '../system.ts';

/** More than any tolerance, and much more than a busy machine takes. */
const SHIFT_MS = 600_000;
const CLOSE_MS = 60_000;

test.each([
  ['ahead', SHIFT_MS],
  ['behind', -SHIFT_MS],
])('a worker whose clock is %s keeps the schedule, and so does its workflow', async (_, shiftMs) => {
  const [system, receiver] = await Promise.all([System.start({ workers: 0 }), startReceiver()]);
  try {
    const shifted = new URL('../shifted-clock.ts', import.meta.url);
    await system.startWorker({ NODE_OPTIONS: `--import ${shifted.href}`, TEST_CLOCK_SHIFT_MS: String(shiftMs) });
    await system.register(receiver.url);
    receiver.answer(status(503));
    const [id] = await system.emit();
    const { next_attempt_at: next, workflow_id: workflow, attempt_history } = await system.reaches(id!, 'retrying');
    const started = Date.parse(attempt_history[0]!.started_at);
    expect(Math.abs(started - Date.now())).toBeLessThan(CLOSE_MS);
    expect(Math.abs(Number(receiver.arrivals[0]!.headers['webhook-timestamp']) * 1_000 - Date.now())).toBeLessThan(
      CLOSE_MS,
    );

    const handle = (await system.temporal()).workflow.getHandle(workflow!);
    const waiting = await eventually(async () => {
      const [activity] = (await handle.describe()).raw.pendingActivities ?? [];
      if (activity?.attempt !== 2) throw new Error('the first run has not told the outcome');
      return activity;
    });
    const scheduled = Number(waiting.scheduledTime!.seconds) * 1_000;
    expect(Math.abs(scheduled - Date.parse(next!))).toBeLessThan(CLOSE_MS);

    receiver.answer(status(200));
    await system.sql(`update outbox set next_attempt_at = now(), due_at = now() + interval '1 hour'`);
    await handle.signal('wake', { attempt: 2, attemptsLeft: 5, initialIntervalMs: 60_000, coefficient: 2 });
    expect(await handle.result()).toEqual({ delivered: 1 });
  } finally {
    await Promise.all([system.stop(), receiver.close()]);
  }
});
