import { expect, test } from 'vitest';
import { describeWorkers } from './workers.ts';

const worker = (alive: boolean) => ({
  id: `w${alive}`,
  host: null,
  pid: null,
  beat_at: '2026-01-22T10:30:00.000Z',
  started_at: '2026-01-22T10:00:00.000Z',
  alive,
});

test('one live worker is enough', () => {
  expect(describeWorkers([worker(true), worker(false)])).toEqual({
    ok: true,
    detail: '1 worker running; 1 other has gone silent',
  });
  expect(describeWorkers([worker(true), worker(true)])).toEqual({ ok: true, detail: '2 workers running' });
});

test('without a live worker nothing is sent', () => {
  expect(describeWorkers([])).toMatchObject({ ok: false });
  expect(describeWorkers([worker(false)])).toMatchObject({ ok: false });
});
