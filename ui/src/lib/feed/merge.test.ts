import { expect, test } from 'vitest';
import { admitIncoming, findGone, mergeNewest } from './merge.ts';

const row = (id: string, status = 'pending') => ({ id, status });
const page = (ids: string[], next: string | null = 'more') => ({
  data: ids.map((id) => row(id, 'new')),
  next_cursor: next,
});

test('new rows wait, and known rows are updated in place', () => {
  const merged = mergeNewest({ rows: [row('3'), row('2'), row('1')], incoming: [] }, page(['4', '3', '2']));
  expect(merged.rows).toEqual([row('3', 'new'), row('2', 'new'), row('1')]);
  expect(merged.incoming).toEqual([row('4', 'new')]);
  expect(merged.gap).toBe(false);
});

test('waiting rows are updated too and are added once', () => {
  const first = mergeNewest({ rows: [row('1')], incoming: [row('2')] }, page(['3', '2', '1']));
  expect(first.incoming).toEqual([row('3', 'new'), row('2', 'new')]);
  expect(admitIncoming(first).rows.map(({ id }) => id)).toEqual(['3', '2', '1']);
});

test('an older row that starts to match is sorted in by time', () => {
  const merged = mergeNewest({ rows: [row('5'), row('1')], incoming: [] }, page(['5', '3', '1']));
  expect(admitIncoming(merged).rows.map(({ id }) => id)).toEqual(['5', '3', '1']);
});

test('a page without known rows leaves a gap, unless it is the only page', () => {
  expect(mergeNewest({ rows: [row('1')], incoming: [] }, page(['9', '8'])).gap).toBe(true);
  expect(mergeNewest({ rows: [row('1')], incoming: [] }, page(['9', '8'], null)).gap).toBe(false);
  expect(mergeNewest({ rows: [], incoming: [] }, page(['9', '8'])).gap).toBe(false);
  expect(mergeNewest({ rows: [row('1')], incoming: [] }, page([])).gap).toBe(false);
});

test('a shown row that is missing from its page is gone', () => {
  const rows = ['5', '4', '3', '2', '1'].map((id) => row(id));
  expect(findGone(rows, page(['5', '3']))).toEqual(['4']);
  expect(findGone(rows, page(['5', '3'], null))).toEqual(['4', '2', '1']);
  expect(findGone(rows, page(['2']), '3')).toEqual(['3']);
  expect(findGone(rows, page([], null))).toEqual(['5', '4', '3', '2', '1']);
  expect(findGone(rows, page([]))).toEqual([]);
});
