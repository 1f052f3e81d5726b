import { expect, test } from 'vitest';
import { placeTip } from './tip-place.ts';

const view = { width: 400, height: 300 };
const tip = { width: 100, height: 20 };

test('a tooltip is centred above its element', () => {
  expect(placeTip({ left: 200, top: 100, width: 40, height: 10 }, tip, view)).toEqual({ left: 170, top: 74 });
});

test('a tooltip moves below at the top edge and stays inside the side edges', () => {
  expect(placeTip({ left: 0, top: 5, width: 10, height: 10 }, tip, view)).toEqual({ left: 8, top: 21 });
  expect(placeTip({ left: 395, top: 100, width: 5, height: 10 }, tip, view).left).toBe(292);
});
