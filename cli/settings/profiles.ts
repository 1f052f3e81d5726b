import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError } from '../command-error.ts';

export interface Profile {
  url: string;
  key: string;
  platform?: string | undefined;
  org?: string | undefined;
}

export interface Profiles {
  /** The profile that is used if none is named. */
  current: string | null;
  profiles: Record<string, Profile>;
}

export const PROFILE_NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** `$XDG_CONFIG_HOME/posthorn/profiles.json`, or below `~/.config`. */
export function profilesFile(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CONFIG_HOME']?.startsWith('/')
    ? env['XDG_CONFIG_HOME']
    : join(env['HOME'] ?? homedir(), '.config');
  return join(base, 'posthorn', 'profiles.json');
}

/** Empty if there is no file. @throws CommandError if it cannot be read */
export function readProfiles(env: NodeJS.ProcessEnv): Profiles {
  const file = profilesFile(env);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, profiles: {} };
    throw new CommandError(`the profiles in ${file} cannot be read: ${(error as Error).message}`);
  }
  const read = parse(text);
  if (read) return read;
  throw new CommandError(`${file} is not a file of profiles`, {
    hint: 'Repair it, or remove it and run "posthorn login".',
  });
}

function parse(text: string): Profiles | null {
  try {
    const { current, profiles } = JSON.parse(text) as Partial<Profiles>;
    if (typeof profiles !== 'object' || profiles === null) return null;
    const valid = Object.values(profiles).every(
      (profile) => typeof profile?.url === 'string' && typeof profile.key === 'string',
    );
    return valid ? { current: typeof current === 'string' ? current : null, profiles } : null;
  } catch {
    return null;
  }
}

/** Whether others than the user may read the file. */
export function isExposed(env: NodeJS.ProcessEnv): boolean {
  if (process.platform === 'win32') return false;
  const mode = statSync(profilesFile(env), { throwIfNoEntry: false })?.mode;
  return mode !== undefined && (mode & 0o077) !== 0;
}

/** Replaces the file as a whole. Only the user can read it. @throws CommandError if that is not possible */
export function writeProfiles(env: NodeJS.ProcessEnv, profiles: Profiles): void {
  const file = profilesFile(env);
  const draft = `${file}.${process.pid}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new CommandError(`the profiles cannot be stored in ${file}: ${(error as Error).message}`);
  }
}
