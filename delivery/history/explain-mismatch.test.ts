import { expect, test } from 'vitest';
import { requireFilter } from '../../core/domain/filter/read-filter.ts';
import { encodePhpJson } from '../body/encode.ts';
import { explainMismatch } from './explain-mismatch.ts';
import { JsonNode } from './json-node.ts';

const DATA = {
  status: 'open',
  amount: 50,
  contact: { country: 'FR', name: 'Zoë', tags: [] },
  items: [{ sku: 'a' }, { sku: 'b' }],
  gone: null,
};
const explain = (filter: unknown, data: unknown = DATA) =>
  explainMismatch(requireFilter(filter), new JsonNode(encodePhpJson(JSON.stringify(data))));

test.each([
  [{ amount: { $gte: 100 } }, 'amount is 50, not >= 100'],
  [{ amount: '50' }, 'amount is 50, not "50"'],
  [{ 'contact.name': 'Zoé' }, 'contact.name is "Zoë", not "Zoé"'],
  [{ 'contact.country': { $in: ['DE', 'AT'] } }, 'contact.country is "FR", not one of "DE", "AT"'],
  [{ 'contact.city': 'Bonn' }, 'contact.city is missing'],
  [{ 'contact.tags': 'x' }, 'contact.tags is an array, not "x"'],
  [{ contact: null }, 'contact is an object, not null'],
  [{ gone: { $exists: false } }, 'gone is null, but must be missing'],
  [{ gone: { $ne: null } }, 'gone is null, but must not be null'],
  [{ status: { $nin: ['open', 'new'] } }, 'status is "open", but must not be one of "open", "new"'],
  [{ status: { $startsWith: 'p' } }, 'status is "open", which does not start with "p"'],
  [{ $not: { amount: { $lt: 100 } } }, 'amount is 50, but must not be < 100'],
  [{ status: 'open', amount: 51 }, 'amount is 50, not 51'],
  [{ $or: [{ amount: 1 }, { status: 'x' }] }, 'amount is 50, not 1; and status is "open", not "x"'],
  [{ 'items.1.sku': 'a' }, 'items.1.sku is "b", not "a"'],
  [{ 'items.2.sku': 'a' }, 'items.2.sku is missing'],
])('%j fails: %s', (filter, reason) => {
  expect(explain(filter)).toBe(reason);
});

test.each([
  [{ 'items.0.sku': 'a' }],
  [{ 'contact.city': { $ne: 'Bonn' } }],
  [{ 'contact.city': { $nin: ['Bonn'] } }],
  [{ 'contact.city': { $exists: false } }],
  [{ amount: { $gt: 49, $lte: 50 } }],
  [{ $not: { $or: [{ amount: 1 }, { status: 'x' }] } }],
  [{ gone: null }],
])('%j matches', (filter) => {
  expect(explain(filter)).toBeNull();
});

test('a name that looks like a position is one in arrays only', () => {
  expect(explain({ 'years.2024': 5 }, { years: { 2024: 5 } })).toBeNull();
  expect(explain({ '0.id': 'x' }, [{ id: 'x' }])).toBeNull();
});

test('long values and lists are cut', () => {
  const reason = explain(
    { status: { $in: Array.from({ length: 9 }, (_, index) => `s${index}`) } },
    { status: 'x'.repeat(500) },
  );
  expect(reason).toMatch(/^status is "x{59}…, not one of "s0", .*"s4" and 4 more$/);
});
