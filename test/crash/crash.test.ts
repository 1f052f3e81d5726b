import { afterAll, beforeAll, expect, test } from 'vitest';
import { Arena } from './arena.ts';
import { auditDeliveries } from './audit.ts';
import { createRandom } from './random.ts';
import { playRound, type Round } from './round.ts';
import { SCENARIOS } from './scenarios.ts';
import { formatRound, formatTable } from './table.ts';

// The short form of `npm run test:crash`, with one round for each scenario.

const seed = Date.now() % 1_000_000;
const results = new Map<string, Round[]>();
let arena: Arena;

beforeAll(async () => {
  arena = await Arena.open('posthorn-test-crash-');
});
afterAll(async () => {
  console.info(`seed ${seed}\n${formatTable(results)}`);
  await arena.close();
});

test.each(SCENARIOS)('$title under load', { timeout: 150_000 }, async (scenario) => {
  const random = createRandom(`${seed}/${scenario.name}/1`);
  const round = await playRound(arena, scenario, { random, short: true });
  results.set(scenario.title, [round]);
  expect({ seed, faults: round.faults, counts: formatRound(round) }).toMatchObject({ faults: [], counts: /./ });
  expect(round.accepted).toBeGreaterThan(200);
});

test('no delivery arrived late', async () => {
  expect((await auditDeliveries(arena, 0)).faults).toEqual([]);
});
