import { parseArgs } from 'node:util';
import type { Persistence } from './engines.ts';

export interface BenchOptions {
  /** The names of the scenarios to run; empty: all. */
  only: string[];
  /** The number of runs of each scenario. */
  runs: number;
  /** Small numbers, for a quick check that everything works. */
  quick: boolean;
  /** The number of events of a throughput measurement. */
  events: number;
  /** The numbers of concurrent clients, with one measurement for each. */
  clients: number[];
  temporal: Persistence;
}

export const STEADY_PER_SECOND = 20;
export const BATCH_SIZE = 100;

const PERSISTENCE: readonly string[] = ['file', 'postgres', 'outside'] satisfies Persistence[];

/**
 * Parses `--only speed,failure --runs 3 --quick --events 5000 --clients 16,64 --temporal file|postgres|outside`
 * @throws Error with a message about the wrong option
 */
export function readOptions(args: string[], scenarios: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      runs: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      events: { type: 'string' },
      clients: { type: 'string', default: '16,64' },
      temporal: { type: 'string', default: process.env['TEMPORAL_ADDRESS'] ? 'outside' : 'file' },
    },
  });
  const { quick, temporal } = values;
  const only = values.only.split(',').filter((name) => name !== '');
  const unknown = only.find((name) => !scenarios.includes(name));
  if (unknown) throw new Error(`--only takes ${scenarios.join(', ')}, not "${unknown}"`);
  if (!PERSISTENCE.includes(temporal)) throw new Error(`--temporal takes ${PERSISTENCE.join(', ')}, not "${temporal}"`);
  return {
    only,
    runs: readCount('runs', values.runs),
    quick,
    events: readCount('events', values.events ?? (quick ? '1000' : '5000')),
    clients: values.clients.split(',').map((text) => readCount('clients', text)),
    temporal: temporal as Persistence,
  };
}

function readCount(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`--${name} takes whole numbers above 0, not "${text}"`);
}
