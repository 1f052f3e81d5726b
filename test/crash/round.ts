import { pause } from '../load.ts';
import { eventually } from '../eventually.ts';
import { manage } from '../management.ts';
import type { Arena } from './arena.ts';
import { auditDeliveries, auditSample } from './audit.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenarios.ts';
import type { Strike } from './strike.ts';
import { Traffic } from './traffic.ts';

export interface Round {
  /** Events accepted with 202. */
  accepted: number;
  /** Accepted events that arrived at every subscribed webhook. */
  arrived: number;
  /** Deliveries of accepted events that did not arrive. */
  lost: number;
  /** Arrivals after one that was answered with 200. */
  duplicates: number;
  /** The maximum number of duplicates: attempts with unknown outcome. */
  unknown: number;
  /** Emits answered with 503. */
  refused: number;
  /** Client connections that failed or broke. */
  broken: number;
  /** The slowest 503 in milliseconds. */
  slowestRefusalMs: number;
  /** The longest time from a 202 to the arrival, in milliseconds. */
  longestWaitMs: number;
  /** The time from the restart until all events accepted before have arrived, in milliseconds. */
  backMs: number;
  /** Whether a worker lost its lease because the machine was busy. */
  lapsed: boolean;
  /** Violations; empty if the round passed. */
  faults: string[];
}

export interface RoundOptions {
  random: Random;
  short: boolean;
}

const PER_SECOND = 200;
/** A database that accepts connections and does not answer is only detected by timeouts: 2 s, then 5 s. */
const SLOWEST_REFUSAL_MS = 10_000;
const ARRIVE_LIMIT_MS = 60_000;
/** The promise is 10 s. A busy machine gets three times as long. */
const BACK_LIMIT_MS = 30_000;

/** Generates load, strikes once at a random moment and checks the results. */
export async function playRound(arena: Arena, scenario: Scenario, { random, short }: RoundOptions): Promise<Round> {
  await arena.holdSnapshot();
  const begun = Date.now();
  const leases = await arena.leases();
  const traffic = new Traffic(arena.system, PER_SECOND);
  await pause(random.between(1_000, short ? 1_500 : 3_000));
  const strike = await scenario.strike({ arena, traffic, random, short });
  await pause(1_500);
  await traffic.stop();
  for (const id of strike.unknown) arena.unknown.add(id);
  const unended = await untilAllEnded(arena);
  const faults = [...strike.faults, ...unended, ...judgeClients(scenario, traffic), ...(await manage(arena.system))];
  const lapsed = scenario.name !== 'freeze' && (await hasLapsed(arena, leases));
  if (lapsed || strike.losesClaims) arena.lapses.push([begun, Date.now()]);
  const audit = await auditDeliveries(arena, begun);
  faults.push(...audit.faults, ...(await auditSample(arena, audit.rows, strike.cutAt ?? null)));
  const figures = { ...measure(arena, traffic, strike), duplicates: audit.duplicates, unknown: strike.unknown.length };
  if (figures.lost > 0) faults.push(`${figures.lost} deliveries did not arrive`);
  if (figures.backMs > BACK_LIMIT_MS) faults.push(`on its way again only after ${Math.round(figures.backMs)} ms`);
  return { ...figures, lapsed, faults };
}

/** Whether a worker that was not frozen was declared dead, because the machine was too busy for a heartbeat within 6 s. */
async function hasLapsed(arena: Arena, before: Map<number, string>): Promise<boolean> {
  return [...(await arena.leases())].some(([pid, id]) => before.has(pid) && before.get(pid) !== id);
}

async function untilAllEnded({ system }: Arena): Promise<string[]> {
  const check = async () => {
    const [row] = await system.sql('select count(*)::int as n from outbox');
    if (row!['n'] !== 0) throw new Error(`${String(row!['n'])} deliveries are not done with`);
    return true;
  };
  return await eventually(check, ARRIVE_LIMIT_MS).then(
    () => [],
    (error: unknown) => [(error as Error).message],
  );
}

function judgeClients({ mayRefuse, mayBreak }: Scenario, { refused, broken }: Traffic): string[] {
  const faults = new Set<string>();
  for (const { status, retryAfter, tookMs } of refused) {
    if (!mayRefuse || status !== 503) faults.add(`an emit was answered ${status}`);
    if (!/^\d+$/.test(retryAfter ?? '')) faults.add(`a ${status} came without Retry-After`);
    if (tookMs > SLOWEST_REFUSAL_MS) faults.add(`a ${status} took more than ${SLOWEST_REFUSAL_MS / 1000} s`);
  }
  for (const code of broken) if (!mayBreak?.test(code)) faults.add(`a client saw ${code}`);
  return [...faults];
}

function measure({ sites }: Arena, { accepted, refused, broken }: Traffic, { back, unknown }: Strike) {
  const uncertain = new Set(unknown);
  const figures = { accepted: accepted.length, arrived: 0, lost: 0, longestWaitMs: 0, backMs: 0 };
  for (const { at, sites: wanted, deliveries } of accepted) {
    const reached = new Set<string>();
    for (const { id } of deliveries) {
      const visits = sites.visits.get(id) ?? [];
      const [first] = visits;
      if (!first) continue;
      for (const { site } of visits) reached.add(site);
      figures.longestWaitMs = Math.max(figures.longestWaitMs, first.at - at);
      const last = uncertain.has(id) ? visits.at(-1)! : first;
      if (at < back) figures.backMs = Math.max(figures.backMs, last.at - back);
    }
    const missing = wanted.filter((site) => !reached.has(site)).length;
    figures.lost += missing;
    if (missing === 0) figures.arrived++;
  }
  const slowestRefusalMs = Math.max(0, ...refused.map(({ tookMs }) => tookMs));
  return { ...figures, refused: refused.length, broken: broken.length, slowestRefusalMs };
}
