import { expect, test } from 'vitest';
import { parseExact } from '../../../../core/domain/exact-json.ts';
import { findDeviations } from './deviations.ts';
import { readField } from './fields.ts';

const field = readField('data', {
  type: 'object',
  required: ['id', 'count'],
  properties: {
    id: { type: 'string' },
    count: { type: 'integer' },
    state: { type: 'string', enum: ['open', 'closed'] },
    at: { type: ['string', 'null'], format: 'date-time' },
    tags: { type: 'array', items: { type: 'string' } },
  },
});

const differ = (text: string) => findDeviations(field, parseExact(text));

test('data that follows the schema has no deviations, even with additional members', () => {
  expect(differ('{"id":"7","count":3,"at":null,"tags":["a"],"more":1}')).toEqual([]);
  expect(differ('{"id":"7","count":3,"at":"2026-01-22T10:30:00+01:00"}')).toEqual([]);
});

test.each([
  ['{"id":"7"}', 'count is missing'],
  ['{"id":7,"count":3}', 'id is not a string'],
  ['{"id":"7","count":1.5}', 'count is not a whole number'],
  ['{"id":"7","count":3,"state":"ajar"}', 'state is not one of open, closed'],
  ['{"id":"7","count":3,"at":"yesterday"}', 'at is not a time such as 2026-01-22T10:30:00Z'],
  ['{"id":"7","count":3,"tags":["a",1]}', 'tags.1 is not a string'],
  ['[]', 'data is not an object'],
])('%s differs', (text, words) => {
  expect(differ(text)).toEqual([words]);
});
