import { expect, test } from 'vitest';
import { parseExact, writeExact } from '../../../../core/domain/exact-json.ts';
import { readDraft, toDraft } from './draft.ts';
import { readField } from './fields.ts';

const field = readField('data', {
  type: 'object',
  required: ['id', 'count', 'done', 'state'],
  properties: {
    id: { type: 'string', description: 'the id' },
    count: { type: 'integer', minimum: 0 },
    done: { type: 'boolean' },
    state: { type: 'string', enum: ['open', 'closed'] },
    email: { type: ['string', 'null'], format: 'email' },
    due_at: { type: 'string', format: 'date-time' },
    address: {
      type: 'object',
      required: ['city'],
      properties: { city: { type: 'string' }, floor: { type: 'number' } },
    },
    tags: { type: 'array', items: { type: 'string' } },
    anything: {},
  },
});

function pass(text: string): { text: string; problems: Record<string, string> } {
  const problems = new Map<string, string>();
  const value = readDraft(field, toDraft(field, parseExact(text))!, problems);
  return { text: writeExact(value), problems: Object.fromEntries(problems) };
}

test('each type gets a matching field', () => {
  const kinds = Object.fromEntries(field.members.map(({ name, kind }) => [name, kind]));
  expect(kinds).toEqual({
    id: 'text',
    count: 'number',
    done: 'boolean',
    state: 'choice',
    email: 'text',
    due_at: 'moment',
    address: 'object',
    tags: 'list',
    anything: 'json',
  });
  expect(field.members.find(({ name }) => name === 'email')).toMatchObject({
    nullable: true,
    optional: true,
    hint: 'An e-mail address',
  });
  expect(field.members.find(({ name }) => name === 'count')).toMatchObject({ whole: true, hint: 'At least 0' });
});

test('the form keeps every digit of numbers, and members that are not in the schema', () => {
  const text =
    '{"id":"7","count":12345678901234567890,"done":true,"state":"closed","email":null,"address":{"city":"Köln","floor":2.50},"tags":["a","b"],"anything":[1],"more":{"x":1.0}}';
  expect(pass(text)).toEqual({ text, problems: {} });
});

test('missing members are not sent, even if the schema requires them', () => {
  expect(pass('{"count":1}').text).toBe('{"count":1}');
});

test('an invalid number is reported at its field', () => {
  const draft = toDraft(field, parseExact('{"count":1,"address":{"city":"x","floor":1}}'))!;
  draft.members['count']!.text = '1.5';
  draft.members['address']!.members['floor']!.text = '';
  const problems = new Map<string, string>();
  readDraft(field, draft, problems);
  expect([...problems.keys()]).toEqual(['count', 'address.floor']);
  expect(problems.get('count')).toContain('whole number');
});

test('the form is refused for a value that no field can show', () => {
  expect(toDraft(field, parseExact('{"state":"unheard of"}'))).toBeNull();
  expect(toDraft(field, parseExact('{"id":null}'))).toBeNull();
  expect(toDraft(field, parseExact('[]'))).toBeNull();
});
