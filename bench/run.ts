import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, stopChild, type Child } from './children.ts';
import { measureIdle, measureLatency, measureThroughput, type ThroughputOptions } from './measure.ts';
import { BATCH_SIZE, readOptions, STEADY_PER_SECOND, type BenchOptions } from './options.ts';
import { startPosthorn } from './posthorn.ts';
import { printResults, type Pair, type Results } from './report.ts';
import type { Target } from './target.ts';

const IDLE_SECONDS = 5;

interface Bench {
  options: BenchOptions;
  receiver: Child;
  targets: Pair<Target>;
}

async function measureAll({ options, receiver, targets }: Bench): Promise<Results> {
  const { events, clients, runs, steadySeconds, warmUpEvents } = options;
  const idle = await measureIdle(targets.posthorn, IDLE_SECONDS);
  const results: Results = { throughput: new Map(), latency: [], idle };
  const measureBoth = async <T>(what: string, measure: (target: Target) => Promise<T>): Promise<Pair<T>> => {
    process.stdout.write(`  ${what} …\n`);
    return { relay: await measure(targets.relay), posthorn: await measure(targets.posthorn) };
  };
  const load = async (name: string, how: ThroughputOptions) => {
    const pair = await measureBoth(name, (target) => measureThroughput(target, receiver, how));
    results.throughput.set(name, [...(results.throughput.get(name) ?? []), pair]);
  };

  console.log(`Warming up: ${warmUpEvents} events one by one and ${warmUpEvents} in batches, not counted.`);
  for (const batches of [false, true]) {
    await measureBoth(batches ? 'batches' : 'single events', (target) =>
      measureThroughput(target, receiver, { events: warmUpEvents, clients: 16, batches }),
    );
  }
  for (let run = 1; run <= runs; run++) {
    console.log(`Run ${run} of ${runs}`);
    for (const count of clients) await load(`${count} clients`, { events, clients: count });
    await load(`16 clients, ${BATCH_SIZE} a request`, { events, clients: 16, batches: true });
    const steady = { perSecond: STEADY_PER_SECOND, seconds: steadySeconds };
    const what = `${STEADY_PER_SECOND} a second for ${steadySeconds} s`;
    results.latency.push(await measureBoth(what, (target) => measureLatency(target, receiver, steady)));
  }
  return results;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-bench-'));
  const ending: (() => Promise<unknown>)[] = [];
  const stopped = Promise.withResolvers<never>();
  const interruption = new Error('Interrupted.');
  for (const signal of ['SIGINT', 'SIGTERM', 'disconnect']) process.on(signal, () => stopped.reject(interruption));
  const work = async () => {
    const receiver = await startChild('bench/receiver.ts');
    ending.push(() => stopChild(receiver));
    const receiverUrl = `http://127.0.0.1:${String(receiver.greeting)}/hook`;
    const relay = await startChild('bench/relay.ts', [receiverUrl]);
    ending.push(() => stopChild(relay));
    console.log('Starting PostgreSQL, Temporal, the API and a worker …');
    const starting = startPosthorn(folder, receiverUrl);
    ending.push(() => starting.then(({ stop }) => stop()).catch(() => undefined));
    const posthorn = await starting;
    const relayTarget: Target = {
      origin: `http://127.0.0.1:${String(relay.greeting)}`,
      path: '/hook',
      headers: { 'content-type': 'application/json' },
      processes: { relay: relay.pid },
      settle: () => Promise.resolve(),
    };
    printResults(await measureAll({ options, receiver, targets: { posthorn: posthorn.target, relay: relayTarget } }));
    console.log(
      `\n${options.events} events of about 500 bytes to one webhook; load, receiver and relay share the machine.`,
    );
    console.log('The relay has no batches: there, its ratio is against one request for each event by as many clients.');
  };
  let keepsLogs = false;
  try {
    await Promise.race([work(), stopped.promise]);
  } catch (error) {
    console.error(error === interruption ? interruption.message : error);
    if (error !== interruption) console.error(`The logs are in ${join(folder, 'logs')}.`);
    keepsLogs = error !== interruption;
    process.exitCode = 1;
  }
  for (const end of ending.toReversed()) await end();
  if (!keepsLogs) rmSync(folder, { recursive: true, force: true });
}

await main();
process.exit();
