import { freezeWorker } from './freeze.ts';
import { killApi, killEverything, killPostgres, killTemporal, killWorkers } from './kills.ts';
import { awayPostgres, awayTemporal } from './outages.ts';
import { rollOut } from './roll-out.ts';
import type { Strike, StrikeContext } from './strike.ts';

export interface Scenario {
  name: string;
  title: string;
  strike(context: StrikeContext): Promise<Strike>;
  /** Whether emits may be answered with 503, always with Retry-After; default: no. */
  mayRefuse?: boolean;
  /** The errors with which connections may fail; undefined: none. */
  mayBreak?: RegExp;
}

const ANY = /./;

/** Workers come first: Temporal needs two minutes to detect lost activities, about as long as the other scenarios take. */
export const SCENARIOS: Scenario[] = [
  { name: 'worker', title: 'kill -9 of one or both workers', strike: killWorkers },
  { name: 'all', title: 'kill -9 of everything', strike: killEverything, mayRefuse: true, mayBreak: ANY },
  { name: 'freeze', title: 'worker frozen beyond its lease', strike: freezeWorker },
  { name: 'api', title: 'kill -9 of the API', strike: killApi, mayBreak: ANY },
  { name: 'temporal', title: 'kill -9 of Temporal', strike: killTemporal },
  { name: 'postgres', title: 'kill -9 of PostgreSQL', strike: killPostgres, mayRefuse: true },
  { name: 'temporal-away', title: 'Temporal away', strike: awayTemporal },
  { name: 'postgres-away', title: 'PostgreSQL away', strike: awayPostgres, mayRefuse: true },
  { name: 'roll-out', title: 'rolling deploy with SIGTERM', strike: rollOut, mayBreak: /^ECONNREFUSED$/ },
];
