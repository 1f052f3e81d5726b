import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { describeIssues } from './contracts/issues.ts';
import { groupInput, type Scope } from './contracts/key.ts';
import { platforms } from './platforms/index.ts';
import { hasOrganizations, type Platform } from './platforms/platform.ts';

/** What the members of a group may do, as for a key. */
export interface GroupRights {
  /** Null: every platform. */
  platform: string | null;
  /** Null: every organization of the platform. */
  orgId: string | null;
  scopes: readonly Scope[];
}

/** Sign-in to the dashboard by OpenID Connect. */
export interface SingleSignOn {
  issuer: URL;
  clientId: string;
  clientSecret: string;
  /** What is asked for, separated by spaces. */
  scopes: string;
  groupsClaim: string;
  /** By the group's name as the provider writes it. */
  groups: ReadonlyMap<string, GroupRights>;
  /** How long a session lasts, seconds. It is not renewed. */
  sessionSeconds: number;
  /** The origin that browsers use. */
  publicUrl: string;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether secrets may be sent there: over https, or over http to this machine. */
export function isProtected({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  if (protocol !== 'http:') return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(host);
  return version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** Entra ID has these for people of any tenant, whoever runs it. */
const ANY_TENANT = /^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)(\/|$)/;

export const oidcIssuer = z.string().transform((text, context) => {
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const url = URL.parse(text);
  if (!url || url.search || url.hash || url.username || url.password || url.pathname.includes('/.well-known/')) {
    return refuse('must be the issuer as a URL, such as https://id.example.com/realms/main, without /.well-known/…');
  }
  if (!isProtected(url)) return refuse('must begin with https://; http:// is allowed for loopback addresses only');
  if (ANY_TENANT.test(url.href)) return refuse('must name your tenant: anybody may have an account in another one');
  return url;
});

export const oidcScopes = z.string().refine((text) => text.split(' ').includes('openid'), {
  error: 'must contain openid, with spaces between the scopes',
});

const EXAMPLE = '{"ops": {"scopes": ["admin"]}, "support": {"platform": "4calls", "scopes": ["events:read"]}}';

export const oidcGroups = z.string().transform((text, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    refuse(`must be JSON such as ${EXAMPLE}: ${(error as Error).message}`);
    return z.NEVER;
  }
  const parsed = Groups.safeParse(json);
  if (parsed.success) return new Map(Object.entries(parsed.data).map(([name, rights]) => [name, readRights(rights)]));
  for (const { path, message } of describeIssues(parsed.error)) {
    refuse(path === '' ? `${message}, such as ${EXAMPLE}` : `is wrong at ${path}: ${message}`);
  }
  return z.NEVER;
});

const known: Platform[] = Object.values(platforms);
const Group = groupInput(
  known.map(({ id }) => id),
  known.filter(hasOrganizations).map(({ id }) => id),
);
const Groups = z
  .record(z.string().min(1), Group)
  .refine((groups) => Object.keys(groups).length > 0, { error: 'must name at least one group' });

function readRights({ platform, org_id, scopes }: z.output<typeof Group>): GroupRights {
  return { platform: platform ?? null, orgId: org_id ?? null, scopes };
}

interface Settings {
  POSTHORN_PUBLIC_URL?: string | undefined;
  POSTHORN_OIDC_ISSUER?: URL | undefined;
  POSTHORN_OIDC_CLIENT_ID?: string | undefined;
  POSTHORN_OIDC_CLIENT_SECRET?: string | undefined;
  POSTHORN_OIDC_CLIENT_SECRET_FILE?: string | undefined;
  POSTHORN_OIDC_SCOPES: string;
  POSTHORN_OIDC_GROUPS_CLAIM: string;
  POSTHORN_OIDC_GROUPS?: Map<string, GroupRights> | undefined;
  POSTHORN_OIDC_SESSION: number;
}

/** Undefined: not configured. @throws Error naming the setting that is missing */
export function readSingleSignOn(settings: Settings): SingleSignOn | undefined {
  const {
    POSTHORN_OIDC_ISSUER: issuer,
    POSTHORN_OIDC_CLIENT_ID: clientId,
    POSTHORN_OIDC_CLIENT_SECRET: secret,
    POSTHORN_OIDC_CLIENT_SECRET_FILE: secretFile,
    POSTHORN_OIDC_GROUPS: groups,
    POSTHORN_PUBLIC_URL: publicUrl,
  } = settings;
  if (!issuer) {
    const [given] = Object.entries({
      POSTHORN_OIDC_CLIENT_ID: clientId,
      POSTHORN_OIDC_CLIENT_SECRET: secret,
      POSTHORN_OIDC_CLIENT_SECRET_FILE: secretFile,
      POSTHORN_OIDC_GROUPS: groups,
    }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (given !== undefined) throw new Error(`POSTHORN_OIDC_ISSUER is required with ${given}`);
    return undefined;
  }
  return {
    issuer,
    clientId: required('POSTHORN_OIDC_CLIENT_ID', clientId),
    clientSecret: readSecret(secret, secretFile),
    scopes: settings.POSTHORN_OIDC_SCOPES,
    groupsClaim: settings.POSTHORN_OIDC_GROUPS_CLAIM,
    groups: required('POSTHORN_OIDC_GROUPS', groups),
    sessionSeconds: Math.round(settings.POSTHORN_OIDC_SESSION / 1000),
    publicUrl: required('POSTHORN_PUBLIC_URL', publicUrl),
  };
}

function required<Value>(name: string, value: Value | undefined): Value {
  if (value === undefined) throw new Error(`${name} is required with POSTHORN_OIDC_ISSUER`);
  return value;
}

function readSecret(secret: string | undefined, file: string | undefined): string {
  if (secret !== undefined && file !== undefined) {
    throw new Error('POSTHORN_OIDC_CLIENT_SECRET and POSTHORN_OIDC_CLIENT_SECRET_FILE are both set: set one of them');
  }
  if (file === undefined) return required('POSTHORN_OIDC_CLIENT_SECRET', secret).trim();
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`POSTHORN_OIDC_CLIENT_SECRET_FILE cannot be read (${code})`, { cause: error });
  }
  if (text === '') throw new Error('POSTHORN_OIDC_CLIENT_SECRET_FILE is empty');
  return text;
}
