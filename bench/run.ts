import { join } from 'node:path';
import { readOptions } from './options.ts';
import { describeMachine, printResults, writeMarkdown, type Results } from './report.ts';
import type { Scenario } from './scenario.ts';
import { backlog } from './scenarios/backlog.ts';
import { breadth } from './scenarios/breadth.ts';
import { dashboards } from './scenarios/dashboards.ts';
import { drain } from './scenarios/drain.ts';
import { failure } from './scenarios/failure.ts';
import { flat } from './scenarios/flat.ts';
import { kill } from './scenarios/kill.ts';
import { large } from './scenarios/large.ts';
import { neighbours } from './scenarios/neighbours.ts';
import { processes } from './scenarios/processes.ts';
import { recovery } from './scenarios/recovery.ts';
import { silent } from './scenarios/silent.ts';
import { speed } from './scenarios/speed.ts';
import { traces } from './scenarios/traces.ts';
import { waiting } from './scenarios/waiting.ts';
import { workers } from './scenarios/workers.ts';
import { workflows } from './scenarios/workflows.ts';
import { Stage } from './stage.ts';

const SCENARIOS: Scenario[] = [
  speed,
  breadth,
  silent,
  failure,
  recovery,
  flat,
  waiting,
  backlog,
  large,
  neighbours,
  drain,
  workers,
  processes,
  workflows,
  kill,
  dashboards,
  traces,
];

async function measureAll(stage: Stage): Promise<void> {
  const { only, runs, quick } = stage.options;
  const chosen = SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name));
  const all: Results[] = [];
  console.log(describeMachine());
  for (const { name, about, run } of chosen) {
    const results: Results = { name, about, runs: [] };
    for (let number = 1; number <= runs; number++) {
      console.log(`${name}, run ${number} of ${runs}`);
      const begun = Date.now();
      results.runs.push(await run(stage));
      await stage.clear();
      stage.say(`done after ${Math.round((Date.now() - begun) / 1000)} s`);
    }
    printResults(results);
    all.push(results);
  }
  console.log(`\nFor a document:\n\n${writeMarkdown(all)}\n`);
  if (quick) console.log('Small numbers (--quick) show that it works, not how fast.');
  console.log('Each value is min / median / max of the runs; load, receivers and relay share the machine.');
}

async function main(): Promise<void> {
  const options = readOptions(
    process.argv.slice(2),
    SCENARIOS.map(({ name }) => name),
  );
  const stage = new Stage(options);
  const stopped = Promise.withResolvers<never>();
  const interruption = new Error('Interrupted.');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) {
    process.on(signal, () => stopped.reject(interruption));
  }
  let keepsLogs = false;
  try {
    await Promise.race([measureAll(stage), stopped.promise]);
  } catch (error) {
    console.error(error === interruption ? interruption.message : error);
    keepsLogs = error !== interruption;
    process.exitCode = 1;
  }
  await stage.close();
  if (keepsLogs) console.error(`The logs are in ${join(stage.folder, '*', 'logs')}.`);
  else stage.removeFiles();
}

await main();
process.exit();
