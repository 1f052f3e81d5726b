import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

function budgetOf(most: number) {
  let freed = 0;
  const budget = new ByteBudget(most, () => void freed++);
  return { budget, freed: () => freed };
}

test('bytes are taken up to the bound, and what is refused changes nothing', () => {
  const { budget } = budgetOf(100);
  expect([budget.take(60), budget.take(40), budget.take(1)]).toEqual([true, true, false]);
  expect(budget.held).toBe(100);
  budget.free(60);
  expect([budget.take(61), budget.take(60)]).toEqual([false, true]);
});

test('what is larger than the bound is taken while nothing else is held, also in place of a part of it', () => {
  const { budget } = budgetOf(100);
  expect(budget.take(50)).toBe(true);
  expect(budget.take(300, 50)).toBe(true);
  expect([budget.held, budget.take(1)]).toEqual([300, false]);
});

test('while something large was refused there is no capacity for less, and when there is capacity for it that is told once', () => {
  const { budget, freed } = budgetOf(100);
  budget.take(50);
  budget.take(40);
  expect(budget.take(80)).toBe(false);
  budget.free(50);
  expect([budget.hasCapacity(10), freed()]).toEqual([false, 0]);
  budget.free(40);
  budget.free(0);
  expect([budget.hasCapacity(10), freed()]).toEqual([true, 1]);
});
