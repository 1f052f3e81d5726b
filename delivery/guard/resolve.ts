import type { RecordWithTtl } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostsFile, type ResolvedAddress } from './hosts-file.ts';

/** All addresses of a host name; rejects when there is none. */
export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>;

export interface ResolverOptions {
  /** DNS servers as IP:port; default: those of the operating system. */
  servers?: string[] | undefined;
  /** Default /etc/hosts. */
  hostsFile?: string;
  /** Milliseconds until a query is repeated with twice the time; 1000 by default, so a name without an answer takes 3 s. */
  timeoutMs?: number;
  /** Concurrent queries, 1000 by default; further ones fail at once. */
  maxQueries?: number;
  /** Called for each name except those in /etc/hosts, with the duration of the query in seconds; 0 if DNS was not asked. */
  onAnswer?: (answer: NameAnswer, seconds: number) => void;
}

/** `cached`: known from before; `unknown`: DNS knows no such name; `failed`: no answer in time; `overloaded`: too many at once. */
export type NameAnswer = 'found' | 'cached' | 'unknown' | 'failed' | 'overloaded';

interface Answer {
  addresses: ResolvedAddress[];
  /** The reason if there is none. */
  error: NodeJS.ErrnoException | null;
  /** Expiry, by performance.now(). */
  until: number;
}

const TRIES = 2;
/** How long to wait for the other family after one has answered, milliseconds. */
const OTHER_FAMILY_MS = 250;
/** Bounds of the TTL, seconds. */
const SHORTEST_TTL_S = 1;
const LONGEST_TTL_S = 60;
/** How long a failure is cached. */
const NEGATIVE_TTL_S = 5;
const MOST_REMEMBERED = 10_000;
/** DNS answered that there is no such name, or no address. */
const NO_SUCH_NAME = ['ENOTFOUND', 'ENODATA'];

/**
 * Resolves names without libuv's thread pool, which has four threads for everything: /etc/hosts first, then DNS by c-ares with time-outs of
 * its own. Answers are cached for their TTL, from one second to a minute, and failures for five seconds. Names are absolute: search
 * domains of resolv.conf and other sources of nsswitch.conf are not used.
 *
 * It rejects with code ENOTFOUND when there is no such name, and EAI_AGAIN when DNS did not answer or failed.
 */
export function createResolver(options: ResolverOptions = {}): Resolve {
  const { servers, hostsFile = '/etc/hosts', timeoutMs = 1_000, maxQueries = 1_000, onAnswer = () => {} } = options;
  const resolver = new Resolver({ timeout: timeoutMs, tries: TRIES });
  if (servers) resolver.setServers(servers);
  const hosts = new HostsFile(hostsFile);
  const answers = new Map<string, Answer>();
  const running = new Map<string, Promise<Answer>>();

  async function ask(name: string): Promise<Answer> {
    const begun = performance.now();
    const answer = await query(resolver, name);
    onAnswer(nameAnswer(answer), (performance.now() - begun) / 1_000);
    const [oldest] = answers.keys();
    if (answers.size >= MOST_REMEMBERED && oldest !== undefined) answers.delete(oldest);
    answers.set(name, answer);
    return answer;
  }

  async function answerOf(name: string): Promise<Answer> {
    const remembered = answers.get(name);
    if (remembered && remembered.until > performance.now()) {
      onAnswer('cached', 0);
      return remembered;
    }
    answers.delete(name);
    const asked = running.get(name);
    if (asked) return await asked;
    if (running.size >= maxQueries) onAnswer('overloaded', 0);
    if (running.size >= maxQueries) return { addresses: [], error: failure('EAI_AGAIN', name), until: 0 };
    const asking = ask(name).finally(() => running.delete(name));
    running.set(name, asking);
    return await asking;
  }

  return async (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    const local = hosts.find(name) ?? (isLocalhost(name) ? LOOPBACK : undefined);
    if (local) return local;
    const { addresses, error } = await answerOf(name);
    if (error) throw error;
    return addresses;
  };
}

/** RFC 6761, 6.3: these names are never asked for. */
const LOOPBACK: ResolvedAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function isLocalhost(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}

/** Queries both families at once. A failure of one does not matter if the other has addresses. */
async function query(resolver: Resolver, name: string): Promise<Answer> {
  const families = [
    { family: 4, records: resolver.resolve4(name, { ttl: true }) },
    { family: 6, records: resolver.resolve6(name, { ttl: true }) },
  ];
  const found: (ResolvedAddress & { ttl: number })[] = [];
  const codes: unknown[] = [];
  const asked = families.map(async ({ family, records }) => {
    try {
      found.push(...(await records).map(({ address, ttl }: RecordWithTtl) => ({ address, ttl, family })));
    } catch (error) {
      codes.push((error as NodeJS.ErrnoException).code);
    }
  });
  await Promise.race(asked);
  const all = Promise.all(asked);
  await (found.length > 0 ? Promise.race([all, sleep(OTHER_FAMILY_MS, undefined, { ref: false })]) : all);
  const addresses = found.toSorted((a, b) => a.family - b.family).map(({ address, family }) => ({ address, family }));
  if (addresses.length > 0) return { addresses, error: null, until: after(Math.min(...found.map(({ ttl }) => ttl))) };
  const code = codes.every((each) => NO_SUCH_NAME.includes(String(each))) ? 'ENOTFOUND' : 'EAI_AGAIN';
  return { addresses, error: failure(code, name), until: after(NEGATIVE_TTL_S) };
}

function nameAnswer({ error }: Answer): NameAnswer {
  if (error === null) return 'found';
  return error.code === 'ENOTFOUND' ? 'unknown' : 'failed';
}

function after(seconds: number): number {
  return performance.now() + Math.min(LONGEST_TTL_S, Math.max(SHORTEST_TTL_S, seconds)) * 1_000;
}

function failure(code: 'ENOTFOUND' | 'EAI_AGAIN', hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code} ${hostname}`), { code, hostname });
}
