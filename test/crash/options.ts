import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { SCENARIOS, type Scenario } from './scenarios.ts';

export interface CrashOptions {
  /** Decides every random moment and choice. */
  seed: number;
  /** Of each scenario. */
  rounds: number;
  scenarios: Scenario[];
}

const ROUNDS = 10;

/**
 * `--seed 7 --rounds 10 --only api,worker`; by default a new seed, 10 rounds, everything.
 * @throws Error with what is wrong
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
