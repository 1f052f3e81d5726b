import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SCENARIOS, type Scenario } from './scenarios.ts';

export interface CrashOptions {
  /** Determines all random choices. */
  seed: number;
  /** The rounds of each scenario. */
  rounds: number;
  scenarios: Scenario[];
}

const ROUNDS = 10;

/**
 * Parses `--seed 7 --rounds 10 --only api,worker`. Defaults: a new seed, 10 rounds, all scenarios.
 * @throws Error with a message about the wrong option
 */
export function readOptions(args: string[]): CrashOptions {
  const { values } = parseArgs({
    args,
    options: { seed: { type: 'string' }, rounds: { type: 'string' }, only: { type: 'string' } },
  });
  return {
    seed: values.seed === undefined ? randomInt(1_000_000) : readNumber('seed', values.seed),
    rounds: values.rounds === undefined ? ROUNDS : readNumber('rounds', values.rounds),
    scenarios: values.only === undefined ? SCENARIOS : values.only.split(',').map(findScenario),
  };
}

function readNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${name} takes a whole number above 0, not "${text}"`);
}

function findScenario(name: string): Scenario {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario) return scenario;
  throw new Error(`--only takes some of ${SCENARIOS.map((one) => one.name).join(',')}, not "${name}"`);
}
