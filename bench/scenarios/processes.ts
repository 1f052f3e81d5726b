import { measureSpread, measureSteady, throughputOf, warmUp, type Run } from '../measure.ts';
import { URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import { sumOf, type ByProcess } from '../processes.ts';
import { compare, state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { measureCommit, measureCommits, readWritten, type Written } from '../wal.ts';

const CLIENTS = 64;
const SESSIONS = 8;
/** Numbers of API and worker processes, in the order in which they are added. */
const NUMBERS = [
  { apis: 1, workers: 1 },
  { apis: 2, workers: 1 },
  { apis: 2, workers: 2 },
  { apis: 4, workers: 4 },
];
/** Deliveries a second. */
const RATES = [20, 100, 500, 1_000];

export const processes: Scenario = {
  name: 'processes',
  about:
    'API and worker processes on one PostgreSQL: CPU, log, commits and flushes for each delivery, at full load and at steady rates',
  run: measureProcesses,
};

interface Measured {
  run: Run;
  /** For each delivery. */
  written: Written;
}

async function measureProcesses(stage: Stage): Promise<Figure[]> {
  const events = stage.scale(20_000, 1_000);
  const seconds = stage.scale(20, 3);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn();
  await posthorn.register(receiver.url);
  const target = posthorn.targetOf(URPA);
  const origins = [target.origin];
  const { database } = posthorn;
  const commits = async (notify: boolean) =>
    await measureCommits(database, { sessions: SESSIONS, seconds: stage.scale(5, 1), notify });
  const figures = [
    state('a durable commit alone, p50', 'ms', await measureCommit(database)),
    state(`durable commits by ${SESSIONS} sessions`, '/s', await commits(false)),
    state(`durable commits by ${SESSIONS} sessions that notify`, '/s', await commits(true)),
  ];
  stage.say('warming up');
  await warmUp(target, receiver);
  for (const rate of RATES) {
    stage.say(`${rate} a second for ${seconds} s`);
    const measured = await measureWritten(posthorn, () => measureSteady(target, receiver, rate, seconds));
    figures.push(...costFigures(`${rate}/s`, measured));
  }
  let alone: number | undefined;
  for (const { apis, workers } of NUMBERS) {
    while (origins.length < apis) origins.push(await posthorn.addApi());
    while (posthorn.workers.length < workers) await posthorn.addWorker();
    const name = `${apis} ${apis === 1 ? 'API' : 'APIs'}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
    stage.say(name);
    await measureSpread(target, origins, receiver, 500 * apis, CLIENTS);
    const measured = await measureWritten(posthorn, () => measureSpread(target, origins, receiver, events, CLIENTS));
    const delivered = throughputOf(measured.run);
    alone ??= delivered;
    figures.push(
      compare(`${name}: delivered`, '/s', delivered, { name: '1 API, 1 worker', value: alone }),
      state(`${name}: arrived twice`, 'deliveries', measured.run.repeated, { most: 0 }),
      ...costFigures(name, measured),
      state(`${name}: cores of PostgreSQL`, 'cores', (ofPart(measured.run.cpu, 'postgres') * delivered) / 1_000),
    );
  }
  return figures;
}

async function measureWritten({ database }: Posthorn, measure: () => Promise<Run>): Promise<Measured> {
  const before = await readWritten(database);
  const run = await measure();
  const after = await readWritten(database);
  const each = (name: keyof Written) => (after[name] - before[name]) / run.arrived.length;
  return { run, written: { wal: each('wal'), commits: each('commits'), flushes: each('flushes') } };
}

function costFigures(name: string, { run: { cpu }, written }: Measured): Figure[] {
  const parts = [...new Set(Object.keys(cpu).map(partOf))];
  return [
    ...parts.map((part) => state(`${name}: CPU per delivery, ${part}`, 'ms', ofPart(cpu, part))),
    state(`${name}: CPU per delivery, all`, 'ms', sumOf(cpu)),
    state(`${name}: share of PostgreSQL`, '%', (100 * ofPart(cpu, 'postgres')) / sumOf(cpu)),
    state(`${name}: log per delivery`, 'bytes', written.wal),
    state(`${name}: commits per delivery`, '', written.commits),
    state(`${name}: flushes per delivery`, '', written.flushes),
  ];
}

/** `worker 2` is part of the workers. */
function partOf(process: string): string {
  return process.replace(/ \d+$/, '');
}

function ofPart(cpu: ByProcess, part: string): number {
  return sumOf(Object.fromEntries(Object.entries(cpu).filter(([process]) => partOf(process) === part)));
}
