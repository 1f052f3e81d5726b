import { isIP } from 'node:net';
import { z } from 'zod';
import { egressAddress, egressCa, egressMinTls, egressProxy, type Egress } from './egress.ts';
import { readMasterKeys } from './master-key.ts';
import { oidcGroups, oidcIssuer, oidcScopes, readSingleSignOn, type SingleSignOn } from './single-sign-on.ts';
import { readTraceSettings, type TraceSettings } from './tracing/trace-settings.ts';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration such as `500ms`, `60s`, `1m`, `2h` or `5d`, read to milliseconds. */
const duration = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
      const ms = amount === undefined ? 0 : Math.round(Number(amount) * UNITS[unit as keyof typeof UNITS]);
      if (ms >= 1) return ms;
      context.addIssue({ code: 'custom', message: 'must be a duration above zero, such as 500ms, 60s or 1m' });
      return z.NEVER;
    });

const off = z.enum(['off', '0']).transform(() => null);

const integer = (fallback: number, min: number, max: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

const url = (...protocols: string[]) =>
  z.string({ error: 'is required' }).refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });

const HOST = /^([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])$/;

/** An origin as browsers write it, for example without a default port; undefined for everything else. */
function readOrigin(text: string): string | undefined {
  const parsed = URL.parse(text);
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol) || !HOST.test(parsed.hostname)) return undefined;
  return parsed.href === `${parsed.origin}/` ? parsed.origin : undefined;
}

/** Such as `https://app.example.com, http://localhost:3000`. They become part of a header, so nothing else may pass. */
const origins = z
  .string()
  .default('')
  .transform((text, context) => {
    const listed = text.split(',').flatMap((part) => part.trim() || []);
    const read = listed.flatMap((part) => readOrigin(part) ?? []);
    if (read.length === listed.length) return read;
    context.addIssue({
      code: 'custom',
      message: 'must be origins, comma-separated, such as https://app.example.com,http://localhost:3000',
    });
    return z.NEVER;
  });

const origin = z.string().transform((text, context) => {
  const read = readOrigin(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: 'must be a URL without a path, such as https://posthorn.example.com' });
  return z.NEVER;
});

/** Such as `10.0.0.2, [fd00::2]:5353`. */
const dnsServers = z.string().transform((text, context) => {
  const servers = text.split(',').map((server) => server.trim());
  if (servers.every(isDnsServer)) return servers;
  context.addIssue({
    code: 'custom',
    message: 'must be IP addresses, with a port or without, such as 10.0.0.2,[fd00::2]:53',
  });
  return z.NEVER;
});

function isDnsServer(text: string): boolean {
  const [, v6, v4, port = '53'] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  return isIP(text) !== 0 || (isIP(v6 ?? v4 ?? '') !== 0 && Number(port) >= 1 && Number(port) <= 65_535);
}

/** Temporal joins name and build ID with a dot or a colon, and keeps names that begin with two underscores for itself. */
const deploymentName = z.string().regex(/^(?!__)[^.:\s]{1,200}$/, {
  error: 'must be at most 200 characters without dots, colons and blanks, such as posthorn',
});
const buildId = z.string().regex(/^(?!__)[^:\s]{1,200}$/, {
  error: 'must be at most 200 characters without colons and blanks, such as 1.4.0',
});

const Environment = z.object({
  PORT: integer(8080, 1, 65_535),
  METRICS_PORT: z.union([off, integer(9464, 1, 65_535)], {
    error: 'must be a port from 1 to 65535, or off',
  }),
  DATABASE_URL: url('postgresql:', 'postgres:'),
  DATABASE_READ_URL: url('postgresql:', 'postgres:').optional(),
  POSTHORN_DATA_DIR: z.string().default('.posthorn'),
  POSTHORN_ADMIN_KEY: z.string().min(16, { error: 'must be at least 16 characters long' }).optional(),
  POSTHORN_RETRY_UNIT: duration('60s'),
  POSTHORN_TARGET_ALLOWLIST: z.string().default(''),
  POSTHORN_DNS_SERVERS: dnsServers.optional(),
  POSTHORN_EGRESS_PROXY: egressProxy.optional(),
  POSTHORN_EGRESS_ADDRESS: egressAddress.optional(),
  POSTHORN_EGRESS_CA_FILE: egressCa.optional(),
  POSTHORN_EGRESS_MIN_TLS: egressMinTls,
  POSTHORN_RETENTION_DAYS: integer(90, 1, 36_500),
  POSTHORN_COALESCE_MAX: integer(2000, 1, 2000),
  POSTHORN_ATTEMPT_TIMEOUT: duration('15s'),
  POSTHORN_STOP_TIMEOUT: duration('30s'),
  POSTHORN_AUTO_PAUSE_AFTER: z.union([off, duration('5d')], {
    error: 'must be a duration above zero, such as 12h or 5d, or off',
  }),
  POSTHORN_MAX_IN_FLIGHT: integer(1024, 1, 65_536),
  POSTHORN_MAX_BYTES: integer(256 * 1024 * 1024, 1024 * 1024, 1024 ** 4),
  POSTHORN_BODY_LIMIT: integer(1024 * 1024, 1024, 64 * 1024 * 1024),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be one of trace, debug, info, warn, error, fatal, silent',
    })
    .default('info'),
  POSTHORN_PUBLIC_URL: origin.optional(),
  POSTHORN_PORTAL_ORIGINS: origins,
  POSTHORN_OIDC_ISSUER: oidcIssuer.optional(),
  POSTHORN_OIDC_CLIENT_ID: z.string().optional(),
  POSTHORN_OIDC_CLIENT_SECRET: z.string().optional(),
  POSTHORN_OIDC_CLIENT_SECRET_FILE: z.string().optional(),
  POSTHORN_OIDC_SCOPES: oidcScopes.default('openid profile email groups'),
  POSTHORN_OIDC_GROUPS_CLAIM: z.string().default('groups'),
  POSTHORN_OIDC_GROUPS: oidcGroups.optional(),
  POSTHORN_OIDC_SESSION: duration('8h').refine((ms) => ms >= 300_000 && ms <= 43_200_000, {
    error: 'must be from 5m to 12h',
  }),
  POSTHORN_TEMPORAL_UI_URL: url('http:', 'https:').optional(),
  POSTHORN_TASK_QUEUE: z.string().default('posthorn'),
  POSTHORN_WORKFLOW_BUNDLE: z.string().optional(),
  TEMPORAL_DEPLOYMENT_NAME: deploymentName.optional(),
  TEMPORAL_WORKER_BUILD_ID: buildId.optional(),
});

/** Everything the environment decides, except for the connection to Temporal: `@temporalio/envconfig` reads the other `TEMPORAL_*`. */
export interface Config {
  /** API and dashboard. Default 8080. */
  readonly port: number;
  /** Of a worker's metrics and probes, or the next free one; null: none. Default 9464. */
  readonly metricsPort: number | null;
  readonly databaseUrl: string;
  /** A replica for lists and statistics; undefined: the primary answers everything. */
  readonly readUrl: string | undefined;
  /** Folder of the embedded parts' data. Default `.posthorn`. */
  readonly dataDir: string;
  /** The first admin key, at least 16 characters; undefined: only the keys in the database are valid. */
  readonly adminKey: string | undefined;
  /** 32 bytes each. The first one encrypts webhook secrets at rest, all of them decrypt. */
  readonly masterKeys: readonly [Buffer, ...Buffer[]];
  /** The unit of the retry schedule, milliseconds. Default 60,000, so that the first retry comes after 2 minutes. */
  readonly retryUnitMs: number;
  /** CIDRs of allowed receivers that are not public, comma-separated, not validated yet. */
  readonly targetAllowlist: string;
  /** DNS servers for receivers' names, as IP or IP:port; undefined: those of the operating system. */
  readonly dnsServers: string[] | undefined;
  /** How attempts leave this machine. Default: directly, with Node's authorities, TLS 1.2 or newer. */
  readonly egress: Egress;
  /** Days that events, deliveries and attempts are kept. Default 90. */
  readonly retentionDays: number;
  /** Deliveries in one group workflow at most; 1 turns groups off. Default 2000, at most 2000. */
  readonly coalesceMax: number;
  /** Limit for a whole attempt, milliseconds. Default 15,000. */
  readonly attemptTimeoutMs: number;
  /** Limit for requests and attempts in flight when the process stops, milliseconds. Default 30,000. */
  readonly stopTimeoutMs: number;
  /** Milliseconds after which a webhook whose every attempt failed is paused; null: never. Default five days. */
  readonly autoPauseAfterMs: number | null;
  /** Attempts in flight per worker process. Default 1024. */
  readonly maxInFlight: number;
  /** Bytes of bodies that a process holds: requests of an API, payloads of a worker. Default 256 MiB. */
  readonly maxBytes: number;
  /** Bytes of a request body with one event. Default 1 MiB. */
  readonly bodyLimit: number;
  readonly logLevel: z.output<typeof Environment>['LOG_LEVEL'];
  /** Origin of the dashboard and of portal links; undefined: that of the request which creates the link. */
  readonly publicUrl: string | undefined;
  /** Origins that may show a portal in a frame. Default: none. */
  readonly portalOrigins: string[];
  /** Undefined: people sign in to the dashboard with keys only. */
  readonly singleSignOn: SingleSignOn | undefined;
  /** Base URL of links to workflows; undefined: no links. */
  readonly temporalUiUrl: string | undefined;
  /** Default `posthorn`. */
  readonly taskQueue: string;
  /** Null: off. Default off. */
  readonly tracing: TraceSettings | null;
  /** A file made by bin/bundle-workflows.ts; undefined: each worker bundles the workflows at its start. */
  readonly workflowBundle: string | undefined;
  /** The version of the workers for Temporal; undefined: none. */
  readonly workerVersion: { deploymentName: string; buildId: string } | undefined;
}

/** The environment is invalid. The message has one line per problem and contains no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads all settings. An empty variable counts as unset.
 * @throws ConfigError naming every variable that is wrong, and what would be right.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = Environment.safeParse(present);
  const problems = parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? [];
  const masterKeys = collectProblem(() => readMasterKeys(present), problems);
  const singleSignOn = parsed.data && collectProblem(() => readSingleSignOn(parsed.data), problems);
  const workerVersion = collectProblem(() => readWorkerVersion(present), problems);
  const tracing = collectProblem(() => readTraceSettings(present), problems);
  if (!parsed.success || !masterKeys || tracing === undefined || problems.length > 0) {
    throw new ConfigError(problems.join('\n'));
  }
  const settings = parsed.data;
  return Object.freeze({
    port: settings.PORT,
    metricsPort: settings.METRICS_PORT,
    databaseUrl: settings.DATABASE_URL,
    readUrl: settings.DATABASE_READ_URL,
    dataDir: settings.POSTHORN_DATA_DIR,
    adminKey: settings.POSTHORN_ADMIN_KEY,
    masterKeys: masterKeys as [Buffer, ...Buffer[]],
    retryUnitMs: settings.POSTHORN_RETRY_UNIT,
    targetAllowlist: settings.POSTHORN_TARGET_ALLOWLIST,
    dnsServers: settings.POSTHORN_DNS_SERVERS,
    egress: {
      proxy: settings.POSTHORN_EGRESS_PROXY,
      localAddress: settings.POSTHORN_EGRESS_ADDRESS,
      ca: settings.POSTHORN_EGRESS_CA_FILE,
      minTlsVersion: settings.POSTHORN_EGRESS_MIN_TLS,
    },
    retentionDays: settings.POSTHORN_RETENTION_DAYS,
    coalesceMax: settings.POSTHORN_COALESCE_MAX,
    attemptTimeoutMs: settings.POSTHORN_ATTEMPT_TIMEOUT,
    stopTimeoutMs: settings.POSTHORN_STOP_TIMEOUT,
    autoPauseAfterMs: settings.POSTHORN_AUTO_PAUSE_AFTER,
    maxInFlight: settings.POSTHORN_MAX_IN_FLIGHT,
    maxBytes: settings.POSTHORN_MAX_BYTES,
    bodyLimit: settings.POSTHORN_BODY_LIMIT,
    logLevel: settings.LOG_LEVEL,
    publicUrl: settings.POSTHORN_PUBLIC_URL,
    portalOrigins: settings.POSTHORN_PORTAL_ORIGINS,
    singleSignOn,
    temporalUiUrl: settings.POSTHORN_TEMPORAL_UI_URL,
    taskQueue: settings.POSTHORN_TASK_QUEUE,
    tracing,
    workflowBundle: settings.POSTHORN_WORKFLOW_BUNDLE,
    workerVersion,
  });
}

function readWorkerVersion(env: NodeJS.ProcessEnv): Config['workerVersion'] {
  const { TEMPORAL_DEPLOYMENT_NAME: deploymentName, TEMPORAL_WORKER_BUILD_ID: buildId } = env;
  if (!deploymentName && !buildId) return undefined;
  if (deploymentName && buildId) return { deploymentName, buildId };
  throw new Error('TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID must be set together, or neither of them');
}

function collectProblem<Result>(read: () => Result, problems: string[]): Result | undefined {
  try {
    return read();
  } catch (error) {
    problems.push((error as Error).message);
    return undefined;
  }
}
