import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, usageError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';
import { readProfiles, type Profile } from './profiles.ts';

/** What flags and environment variables may set. */
export interface GivenSettings {
  profile?: string | undefined;
  url?: string | undefined;
  key?: string | undefined;
  platform?: string | undefined;
  org?: string | undefined;
}

/** Where requests go, and with which key. */
export interface ConnectionSettings extends Profile {
  /** Where URL and key come from, for people. */
  source: string;
}

const DEFAULT_PORT = '8080';

/**
 * Flags come before environment variables, those before the profile, and the profile before an installation on this machine that
 * `npm start` made. A key is only ever sent to the origin that it was stored for, unless it was given with the command.
 * @throws CommandError if there is none, or a setting is not valid
 */
export function findConnection(
  flags: GivenSettings,
  env: NodeJS.ProcessEnv,
  dataDirs: readonly string[],
): ConnectionSettings {
  const given = { ...readEnvironment(env), ...withoutUndefined(flags) };
  const { stored, source } = findStored(given, env, dataDirs);
  const url = readUrl(given.url ?? stored?.url);
  const key = given.key ?? (stored && originOf(stored.url) === originOf(url) ? stored.key : undefined);
  if (url === undefined) throw missing('no Posthorn is known', source);
  if (key === undefined) throw missing(`there is no key for ${url}`, source);
  const named = given.key !== undefined && given.url !== undefined ? 'as given' : source;
  return { url, key, platform: given.platform ?? stored?.platform, org: given.org ?? stored?.org, source: named };
}

function readEnvironment(env: NodeJS.ProcessEnv): GivenSettings {
  const read = (name: string) => env[name]?.trim() || undefined;
  return withoutUndefined({
    profile: read('POSTHORN_PROFILE'),
    url: read('POSTHORN_URL'),
    key: read('POSTHORN_KEY'),
    platform: read('POSTHORN_PLATFORM'),
    org: read('POSTHORN_ORG'),
  });
}

function findStored(given: GivenSettings, env: NodeJS.ProcessEnv, dataDirs: readonly string[]) {
  if (given.url !== undefined && given.key !== undefined && given.profile === undefined) return { source: 'as given' };
  const { current, profiles } = readProfiles(env);
  const name = given.profile ?? current;
  if (name !== null) {
    const stored = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
    if (stored) return { stored, source: `the profile ${name}` };
    const names = Object.keys(profiles).join(', ') || 'none';
    throw usageError(`there is no profile "${name}"; there are: ${names}`, '"posthorn login" makes one.');
  }
  const installation = findInstallation(env, dataDirs);
  return installation ? { stored: installation, source: installation.source } : { source: 'nothing' };
}

/** The first installation with embedded parts among these data folders. */
export function findInstallation(env: NodeJS.ProcessEnv, dataDirs: readonly string[]): ConnectionSettings | undefined {
  for (const folder of dataDirs) {
    const stored = readInstallation(folder, env);
    if (stored) return { ...stored, source: `the installation in ${folder}` };
  }
  return undefined;
}

/** The admin key of an installation with embedded parts. */
function readInstallation(folder: string, env: NodeJS.ProcessEnv): Profile | undefined {
  try {
    const kept = JSON.parse(readFileSync(join(folder, 'posthorn.json'), 'utf8')) as Record<string, unknown>;
    const { adminKey, apiPort = DEFAULT_PORT } = kept;
    const key = env['POSTHORN_ADMIN_KEY'] || adminKey;
    return typeof key === 'string' ? { url: `http://localhost:${env['PORT'] || Number(apiPort)}`, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Without a slash at the end. @throws CommandError usage */
export function readUrl(text: string): string;
export function readUrl(text: string | undefined): string | undefined;
export function readUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^https?:\/\/[^/?#]/.test(text) && originOf(text) !== null) return text.replace(/\/+$/, '');
  throw usageError(`the URL is "${text}"; it must be like https://posthorn.example.com`);
}

function originOf(url: string | undefined): string | null {
  try {
    return new URL(url ?? '').origin;
  } catch {
    return null;
  }
}

function missing(what: string, source: string): CommandError {
  return new CommandError(source === 'nothing' ? what : `${what} (${source} is for another URL)`, {
    exit: EXIT.unauthorized,
    code: 'no_key',
    hint: 'Run "posthorn login", or set POSTHORN_URL and POSTHORN_KEY. In the folder where "npm start" ran, neither is needed.',
  });
}

function withoutUndefined(settings: GivenSettings): GivenSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
