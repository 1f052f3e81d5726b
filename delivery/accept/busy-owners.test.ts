import { expect, test } from 'vitest';
import { BusyOwners } from './busy-owners.ts';

/** Whether the last of so many events, evenly spread over a second, has to give way. */
function emit(owners: BusyOwners, owner: string, perSecond: number, from = 0): boolean {
  let gives = false;
  for (let index = 0; index < perSecond; index++) {
    gives = owners.note(owner, 1, from + (index * 1_000) / perSecond);
  }
  return gives;
}

test('the only owner is never delayed, however many events it has', () => {
  const owners = new BusyOwners();
  expect(emit(owners, 'busy', 2_000)).toBe(false);
  expect(emit(owners, 'busy', 2_000, 1_000)).toBe(false);
});

test('many events are delayed while another owner has few, and no longer', () => {
  const owners = new BusyOwners();
  emit(owners, 'calm', 20);
  expect(emit(owners, 'busy', 200, 500)).toBe(true);
  expect(emit(owners, 'busy', 200, 2_000)).toBe(false);
});

test('few events are never delayed', () => {
  const owners = new BusyOwners();
  emit(owners, 'other', 20);
  expect(emit(owners, 'calm', 40, 500)).toBe(false);
  expect(emit(owners, 'busy', 1_000, 500)).toBe(true);
  expect(emit(owners, 'calm', 40, 1_500)).toBe(false);
});

test('two busy owners do not delay each other', () => {
  const owners = new BusyOwners();
  for (let at = 0; at < 3_000; at += 2) {
    const gives = [owners.note('one', 1, at), owners.note('two', 1, at + 1)];
    if (at > 2_000) expect(gives).toEqual([false, false]);
  }
});

test('a batch of many events counts as many', () => {
  const owners = new BusyOwners();
  owners.note('calm', 1, 0);
  expect(owners.note('busy', 100, 10)).toBe(true);
});
