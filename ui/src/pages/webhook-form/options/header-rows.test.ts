import { expect, test } from 'vitest';
import { checkRows, headersOf, rowsOf, valuesAt } from './header-rows.ts';

test('rows and headers are the same, but for empty rows and blanks around names', () => {
  const values = { 'X-Team': 'billing', Authorization: '[redacted]' };
  expect(headersOf(rowsOf(values))).toEqual(values);
  expect(
    headersOf([
      { name: ' X-Team ', value: 'billing' },
      { name: '', value: '' },
    ]),
  ).toEqual({ 'X-Team': 'billing' });
});

test('problems are found by the name in the row', () => {
  const rows = [
    { name: 'X-Team', value: 'a' },
    { name: 'X-Team', value: 'b' },
    { name: 'x-side', value: 'a' },
    { name: 'X-Side', value: ' b' },
    { name: 'Host', value: 'example.com' },
    { name: '', value: 'lost' },
    { name: 'X-Dot.Ted', value: '' },
  ];
  expect(checkRows(rows)).toEqual({
    'headers.X-Team': 'is there more than once',
    'headers.x-side': expect.stringContaining('more than once'),
    'headers.X-Side': expect.stringContaining('more than once'),
    'headers.Host': expect.stringContaining('belongs to the connection'),
    'headers.': 'enter a name',
    'headers.X-Dot.Ted': 'must be at least 1 character long',
  });
  expect(checkRows([{ name: 'X-Team', value: 'a' }])).toEqual({});
});

test('a row is found by its path', () => {
  const rows = [
    { name: 'X-Dot.Ted', value: 'a' },
    { name: 'X-Team', value: 'b' },
  ];
  expect(valuesAt(rows, 'headers.X-Dot.Ted')).toEqual(['a']);
  expect(valuesAt(rows, 'headers')).toEqual(['a', 'b']);
});
