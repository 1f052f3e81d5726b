import type { Command } from 'commander';
import { Api } from '../api/api.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { readSecret } from '../input/read-secret.ts';
import { readUrl, type ConnectionSettings } from '../settings/connection.ts';
import { PROFILE_NAME, profilesFile, readProfiles, writeProfiles, type Profile } from '../settings/profiles.ts';
import { describeKey } from './profile.ts';

const DEFAULT_NAME = 'default';

/** Stores a URL and a key as a profile, once the API has accepted the key. */
export function addLogin(program: Command, contextOf: ContextOf): void {
  const command = program
    .command('login')
    .description('store a URL and a key as a profile, and use it from now on')
    .argument('[url]', "Posthorn's URL; default: --url, POSTHORN_URL, or the installation on this machine")
    .action(action<object, [string | undefined]>(contextOf, login));
  addExamples(
    command,
    'login https://posthorn.example.com            # asks for the key',
    'login --profile staging --platform 4calls --org org-42 https://staging.example.com < key.txt',
    'login                                         # the installation on this machine',
  );
}

async function login(context: Context, _options: object, address: string | undefined): Promise<void> {
  const { env, output, options } = context;
  const name = options.profile ?? env['POSTHORN_PROFILE'] ?? DEFAULT_NAME;
  if (!PROFILE_NAME.test(name)) {
    throw usageError(
      `"${name}" is not a name for a profile; use up to 64 letters, digits, dots, dashes and underscores`,
    );
  }
  const settings = await readSettings(context, address);
  context.connected = new Api(settings);
  const session = await context.api.session();
  const stored: Profile = { url: settings.url, key: settings.key, platform: options.platform, org: options.org };
  if (stored.platform !== undefined && !session.platforms.some(({ id }) => id === stored.platform)) {
    throw new CommandError(`this key may not use the platform ${stored.platform}`);
  }
  const { profiles } = readProfiles(env);
  writeProfiles(env, { current: name, profiles: { ...profiles, [name]: stored } });
  output.result({ profile: name, url: stored.url, file: profilesFile(env) }, (style) =>
    [
      `${style.green('stored')} the profile ${style.bold(name)} in ${profilesFile(env)}`,
      describeKey(session, style),
    ].join('\n'),
  );
}

/** From the arguments and the environment; asks for a key that is missing. */
async function readSettings(context: Context, address: string | undefined): Promise<ConnectionSettings> {
  const { env, options } = context;
  const url = address ?? (options.url || env['POSTHORN_URL'] || undefined);
  const key = options.key || env['POSTHORN_KEY'] || undefined;
  if (url === undefined && key === undefined) {
    // The installation on this machine, whatever profiles there are.
    const local = context.localInstallation();
    if (local) return local;
    throw usageError('the URL is missing: posthorn login https://posthorn.example.com');
  }
  const known = readUrl(url ?? context.connection().url);
  const given = key ?? (await readSecret(context, `Key for ${known}: `));
  if (given === '') throw usageError('the key is empty', 'Give it when asked, on stdin, or in POSTHORN_KEY.');
  return { url: known, key: given, source: 'what you gave' };
}
