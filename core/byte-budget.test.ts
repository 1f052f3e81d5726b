import { expect, test } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

function budgetOf(most: number) {
  let rooms = 0;
  const budget = new ByteBudget(most, () => void rooms++);
  return { budget, rooms: () => rooms };
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

test('while something large was refused there is no room for less, and when there is room for it that is told once', () => {
  const { budget, rooms } = budgetOf(100);
  budget.take(50);
  budget.take(40);
  expect(budget.take(80)).toBe(false);
  budget.free(50);
  expect([budget.hasRoom(10), rooms()]).toEqual([false, 0]);
  budget.free(40);
  budget.free(0);
  expect([budget.hasRoom(10), rooms()]).toEqual([true, 1]);
});
