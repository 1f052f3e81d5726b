import { expect, test } from 'vitest';
import { describeTemporal } from './health.ts';

const answers = { ok: true, detail: 'Temporal 1.28 answers' };

test('the state of Temporal includes waiting and refused workflows', () => {
  expect(describeTemporal(answers, undefined)).toEqual(answers);
  expect(describeTemporal(answers, { waiting: 0, refused: 0, refusal: null })).toEqual(answers);
  expect(describeTemporal(answers, { waiting: 1, refused: 0, refusal: null })).toEqual({
    ok: true,
    detail: 'Temporal 1.28 answers; 1 delivery waits for it to take a workflow',
  });
  expect(describeTemporal(answers, { waiting: 20, refused: 2, refusal: 'too long' })).toEqual({
    ok: false,
    detail:
      'Temporal 1.28 answers; 20 deliveries wait for it to take a workflow; it refused 2 workflows for good (too long)',
  });
});
