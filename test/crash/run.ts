import { styleText } from 'node:util';
import { untilInterrupted } from '../../bin/interrupt.ts';
import { Arena } from './arena.ts';
import { auditDeliveries, auditWorkflows } from './audit.ts';
import { readOptions, type CrashOptions } from './options.ts';
import { createRandom } from './random.ts';
import { playRound, type Round } from './round.ts';
import { formatRound, formatTable } from './table.ts';

// npm run test:crash [-- --seed 7 --rounds 10 --only api,worker]

const LEGEND = `
accepted    events that got their 202        arrived   of those, at every subscribed webhook
lost        deliveries that did not arrive   unknown   attempts whose outcome nobody knew at the kill
duplicates  arrivals after a success         503       emits refused with Retry-After
broken      client connections that failed   wait      longest from a 202 to the arrival
back        longest from the restart until everything accepted before it had arrived`;

/** Plays all rounds and prints the results. @returns the number of faults */
async function play(arena: Arena, { seed, rounds, scenarios }: CrashOptions, signal: AbortSignal): Promise<number> {
  const results = new Map<string, Round[]>();
  let faults = 0;
  const report = (found: string[]) => {
    faults += found.length;
    for (const fault of found) console.log(styleText('red', `    ${fault}`));
  };
  const all = Array.from({ length: rounds }, (_, index) =>
    scenarios.map((scenario) => ({ scenario, number: index + 1 })),
  );
  for (const { scenario, number } of all.flat()) {
    if (signal.aborted) break;
    const random = createRandom(`${seed}/${scenario.name}/${number}`);
    const round = await playRound(arena, scenario, { random, short: false });
    console.log(`${scenario.title} ${number}/${rounds}: ${formatRound(round)}`);
    report(round.faults);
    results.set(scenario.title, [...(results.get(scenario.title) ?? []), round]);
  }
  if (!signal.aborted) {
    report(await auditWorkflows(arena));
    // Checks again for late arrivals.
    report((await auditDeliveries(arena, 0)).faults);
  }
  console.log(`\nseed ${seed}\n${formatTable(results)}\n${LEGEND}\n`);
  return faults;
}

async function main(): Promise<number> {
  const signal = untilInterrupted();
  const options = readOptions(process.argv.slice(2));
  console.log(`Seed ${options.seed}. Starting PostgreSQL, Temporal, the API and two workers …`);
  const arena = await Arena.open('posthorn-crash-');
  let faults = 1;
  try {
    faults = await play(arena, options, signal);
  } finally {
    await arena.close(faults > 0);
    if (faults > 0) console.log(`The logs are in ${arena.folder}/logs.`);
  }
  console.log(signal.aborted ? 'Interrupted.' : faults === 0 ? 'Nothing lost.' : `${faults} faults.`);
  return faults > 0 || signal.aborted ? 1 : 0;
}

process.exit(await main());
