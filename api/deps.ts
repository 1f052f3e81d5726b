import type { MiddlewareHandler } from 'hono';
import type { MikroORM } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { ByteBudget } from '../core/byte-budget.ts';
import type { Changes } from '../core/db/changes.ts';
import type { ReplicaMonitor } from '../core/db/replica-monitor.ts';
import type { ReplicaReads } from '../core/db/replica-reads.ts';
import type { Intake } from '../delivery/accept/intake.ts';
import type { Allowlist } from '../delivery/guard/guard.ts';
import type { Resolve } from '../delivery/guard/resolve.ts';
import type { Registry } from '../core/platforms/platform.ts';
import type { Tracing } from '../core/tracing/tracing.ts';
import type { SecretBox } from '../core/secrets.ts';
import type { KeyRing } from './auth/key-ring.ts';
import type { PortalSessions } from './auth/portal-sessions.ts';
import type { Sessions } from './auth/sessions.ts';
import type { LiveHub } from './live/hub.ts';
import type { Metrics } from './metrics.ts';
import type { SignOn } from './sign-on/sign-on.ts';
import type { Workflows } from './workflows.ts';

export interface ApiDeps {
  orm: MikroORM;
  pool: pg.Pool;
  /** For reads of the dashboard and the history that need the primary. */
  reads: pg.Pool;
  /** For those that a replica may answer. */
  replicaReads: ReplicaReads;
  /** Undefined: there is none. */
  replica: Pick<ReplicaMonitor, 'refusal' | 'lag'> | undefined;
  intake: Intake;
  changes: Changes;
  live: LiveHub;
  keys: KeyRing;
  sessions: Sessions;
  portals: PortalSessions;
  /** Undefined: people sign in with keys only. */
  signOn: SignOn | undefined;
  secretBox: SecretBox;
  /** Networks of receivers that are allowed although they are not public. */
  allowlist: Allowlist;
  /** Resolves the host names of receivers. */
  resolve: Resolve;
  registry: Registry;
  metrics: Metrics;
  /** Null: off. */
  tracing: Tracing | null;
  log: Logger;
  /** The maximum size of a request body with one event, in bytes. */
  bodyLimit: number;
  /** For the bodies of events that are being read or wait to be stored. */
  bodies: ByteBudget;
  /** The length of one unit of the retry schedules, in milliseconds. */
  retryUnitMs: number;
  /** Origin of portal links; undefined: that of the request. */
  publicUrl: string | undefined;
  /** The base of links to workflows; undefined: no links. */
  temporalUiUrl: string | undefined;
  workflows: Workflows;
  /** Serves the dashboard's files. */
  dashboard: MiddlewareHandler;
}
