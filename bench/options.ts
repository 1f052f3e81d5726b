import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Events of one throughput measurement. */
  events: number;
  /** Clients that post at once; one measurement for each number. */
  clients: number[];
  /** How often everything is measured. */
  runs: number;
  /** Seconds of the steady load that latency is measured at. */
  steadySeconds: number;
  warmUpEvents: number;
}

export const STEADY_PER_SECOND = 20;
export const BATCH_SIZE = 100;

/**
 * `--events 5000 --clients 16,64 --runs 3 --quick`; quick means 1,000 events, one run, 5 s of steady load, unless told otherwise.
 * @throws Error with what is wrong
 */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      events: { type: 'string' },
      clients: { type: 'string', default: '16,64' },
      runs: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  return {
    events: readCount('events', values.events ?? (quick ? '1000' : '5000')),
    clients: values.clients.split(',').map((text) => readCount('clients', text)),
    runs: readCount('runs', values.runs ?? (quick ? '1' : '3')),
    steadySeconds: quick ? 5 : 20,
    warmUpEvents: 500,
  };
}

function readCount(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`--${name} takes whole numbers above 0, not "${text}"`);
}
