import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const COMMAND_MS = 30_000;
const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

/** The variables of which one says where the master key is. */
const SOURCES: Record<string, (value: string) => string> = {
  POSTHORN_MASTER_KEY: (value) => value,
  POSTHORN_MASTER_KEY_FILE: (path) => readFileSync(path, 'utf8'),
  POSTHORN_MASTER_KEY_COMMAND: (command) =>
    execFileSync('/bin/sh', ['-c', command], {
      encoding: 'utf8',
      timeout: COMMAND_MS,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
};

/** Whether the environment says where the master key is. */
export function hasMasterKey(env: NodeJS.ProcessEnv): boolean {
  return givenIn(env).length > 0;
}

/**
 * The master keys, separated by commas or line breaks: from the environment, a file or the output of a command. The first one encrypts, all of
 * them decrypt. Throws with a message for the operator, which contains no key.
 */
export function readMasterKeys(env: NodeJS.ProcessEnv): Buffer[] {
  const given = givenIn(env);
  if (given.length === 0)
    throw new Error('POSTHORN_MASTER_KEY is required: 32 random bytes, as base64 or as 64 hex digits');
  if (given.length > 1) throw new Error(`${given.join(' and ')} are both set: set one of them`);
  const [name] = given as [string];
  return parseKeys(name, readSource(name, env[name]!));
}

function givenIn(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(SOURCES).filter((name) => env[name]?.trim());
}

function readSource(name: string, value: string): string {
  try {
    return SOURCES[name]!(value);
  } catch (error) {
    const { code, status, signal } = error as { code?: string; status?: number | null; signal?: string | null };
    const reason = code ?? (signal ? `it was ended by ${signal}` : `it exited with ${status}`);
    throw new Error(`${name} gives no key: ${reason}`, { cause: error });
  }
}

function parseKeys(name: string, text: string): Buffer[] {
  const parts = text.split(/[,\n]/).flatMap((part) => part.trim() || []);
  const keys = parts.map((part) => Buffer.from(part, HEX.test(part) ? 'hex' : 'base64'));
  const valid = parts.every((part, index) => keys[index]!.length === 32 && (HEX.test(part) || BASE64.test(part)));
  if (keys.length > 0 && valid) return keys;
  throw new Error(`${name} must be 32 bytes, as base64 or as 64 hex digits, or several of these, comma-separated`);
}
