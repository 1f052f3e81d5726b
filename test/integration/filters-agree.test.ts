import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parseExact } from '../../core/domain/exact-json.ts';
import { requireFilter } from '../../core/domain/filter/read-filter.ts';
import { MATCHABLE } from '../../delivery/accept/emit-statements.ts';
import { writeJsonPath } from '../../delivery/accept/write-jsonpath.ts';
import { encodePhpJson } from '../../delivery/body/encode.ts';
import { explainMismatch } from '../../delivery/history/explain-mismatch.ts';
import { JsonNode } from '../../delivery/history/json-node.ts';
import { createRandom } from '../crash/random.ts';
import { randomData, randomFilter } from '../random-filters.ts';

const PAIRS = 8_000;
const MATCH = `
select f.place, coalesce(jsonb_path_match(${MATCHABLE}, f.filter::jsonpath, '{}', true), false) as matches
from unnest($1::text[], $2::text[]) with ordinality as f(body, filter, place) order by f.place`;

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: inject('databaseUrl') });
  await client.connect();
});
afterAll(() => client.end());

/** Whether PostgreSQL and the explanation find that each filter matches its data. */
async function decide(pairs: { filter: string; data: string }[]) {
  const encoded = pairs.map(({ filter, data }) => ({
    condition: requireFilter(parseExact(encodePhpJson(filter))),
    data: encodePhpJson(data),
  }));
  const { rows } = await client.query<{ matches: boolean }>(MATCH, [
    encoded.map(({ data }) => `{"event":"x","timestamp":"y","data":${data}}`),
    encoded.map(({ condition }) => writeJsonPath(condition)),
  ]);
  return encoded.map(({ condition, data }, index) => ({
    ...pairs[index]!,
    decided: rows[index]!.matches,
    explained: explainMismatch(condition, new JsonNode(data)) === null,
  }));
}

test('what decides and what explains agree, over random filters and data', async () => {
  const random = createRandom('filters');
  const pairs = Array.from({ length: PAIRS }, () => ({ filter: randomFilter(random), data: randomData(random) }));
  const results = await decide(pairs);
  expect(results.filter(({ decided, explained }) => decided !== explained)).toEqual([]);
  const matching = results.filter(({ decided }) => decided).length;
  expect(matching).toBeGreaterThan(PAIRS / 10);
  expect(matching).toBeLessThan(PAIRS / 2);
});

test.each([
  ['{"n":{"$gt":9007199254740992}}', '{"n":9007199254740993}', true],
  ['{"n":9007199254740992}', '{"n":9007199254740993}', false],
  ['{"n":{"$lt":123456789012345678901234567891}}', '{"n":123456789012345678901234567890}', true],
  ['{"n":0.1}', '{"n":1e-1}', true],
  ['{"n":{"$gt":0.1}}', '{"n":0.10000000000000002}', true],
  ['{"n":1}', '{"n":1.0}', true],
  ['{"n":1}', '{"n":"1"}', false],
  ['{"n":"1"}', '{"n":1}', false],
  ['{"n":true}', '{"n":1}', false],
  ['{"n":{"$gte":5}}', '{"n":"9"}', false],
  ['{"n":{"$ne":5}}', '{"n":"5"}', true],
  ['{"s":{"$lt":"😀"}}', '{"s":"\uff5e"}', true],
  ['{"s":"é"}', '{"s":"\\u00e9"}', true],
  ['{"s":"é"}', '{"s":"e\u0301"}', false],
  ['{"s":{"$startsWith":"a"}}', '{"s":"a\\u0000"}', true],
  ['{"s":"\\\\u0000"}', '{"s":"\\\\u0000"}', true],
  ['{"a.b":null}', '{"a":{"b":null}}', true],
  ['{"a.b":null}', '{"a":{}}', false],
  ['{"a.b":null}', '{"a":null}', false],
  ['{"a.b":{"$ne":1}}', '{"a":[{"b":1}]}', true],
  ['{"a.b":1}', '{"a":[{"b":1}]}', false],
  ['{"a.0.b":1}', '{"a":[{"b":1}]}', true],
  ['{"a.0":1}', '{"a":{"0":1}}', true],
  ['{"a":1}', '{"a":[1]}', false],
  ['{"a.-1":1}', '{"a":[1]}', false],
  ['{"a":{"$exists":true}}', '{"a":null}', true],
  ['{"a":{"$not":{"$gte":5}}}', '{}', true],
  ['{"a":{"$lt":5}}', '{}', false],
])('%s on %s: %s', async (filter, data, matches) => {
  expect(await decide([{ filter, data }])).toEqual([{ filter, data, decided: matches, explained: matches }]);
});

test('no JSON that the API accepts makes PostgreSQL refuse a body', async () => {
  const nul = JSON.stringify('\\\u0000\\\\\u0000'.repeat(20_000));
  const deep = '['.repeat(510) + ']'.repeat(510);
  const digits = '9'.repeat(309);
  for (const data of [`{"a":${nul}}`, `{"a\\u0000":1,"a\\u0001":2}`, deep, `{"a":[-${digits},5e-324,1e-400,-0.0]}`]) {
    expect(await decide([{ filter: '{"b":{"$exists":false}}', data }])).toMatchObject([
      { decided: true, explained: true },
    ]);
  }
});
