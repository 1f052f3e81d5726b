import { expect, test } from 'vitest';
import { layOut } from './lay-out.ts';

const minutes = [0, 2, 6, 14, 30, 62];

test('attempts are placed in order from one end to the other', () => {
  const places = layOut(minutes, 600, 40).map(({ x }) => x);
  expect([places[0], places.at(-1)]).toEqual([0, 600]);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(new Set(places).size).toBe(6);
});

test('every attempt is labelled if there is room; the first and the last always are', () => {
  expect(layOut(minutes, 600, 40).every(({ labelled }) => labelled)).toBe(true);
  const narrow = layOut(minutes, 120, 40);
  expect([narrow[0], narrow.at(-1)]).toMatchObject([{ labelled: true }, { labelled: true }]);
  const places = narrow.filter(({ labelled }) => labelled).map(({ x }) => x);
  expect(Math.min(...places.slice(1).map((x, index) => x - places[index]!))).toBeGreaterThanOrEqual(40);
});

test('a single attempt is at the start', () => {
  expect(layOut([0], 300, 40)).toEqual([{ x: 0, labelled: true }]);
});
