import type { Command } from 'commander';
import type { Session } from '../api/model.ts';
import { usageError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import type { Style } from '../output/style.ts';
import { writeFields, writeTable } from '../output/table.ts';
import { isExposed, profilesFile, readProfiles, writeProfiles, type Profiles } from '../settings/profiles.ts';

/** Manages the stored profiles. */
export function addProfile(program: Command, contextOf: ContextOf): void {
  const group = program.command('profile').description('show, choose and remove stored profiles; "login" stores one');
  const list = group.command('list').description('list the profiles');
  list.action(action(contextOf, async (context) => listProfiles(context)));
  addExamples(list, 'profile list');

  const show = group.command('show').description('show what is used, and what its key may do');
  show.action(action(contextOf, showConnection));
  addExamples(show, 'profile show', 'profile show --profile staging --json');

  const use = group.command('use').description('use a profile from now on').argument('<name>', 'the profile');
  use.action(
    action<object, [string]>(contextOf, async (context, _options, name) => {
      change(context, name, (all) => ({ ...all, current: name }));
      context.output.result({ profile: name }, (style) => `${style.green('using')} the profile ${style.bold(name)}`);
    }),
  );
  addExamples(use, 'profile use staging');

  const remove = group.command('remove').description('forget a profile and its key').argument('<name>', 'the profile');
  remove.action(
    action<object, [string]>(contextOf, async (context, _options, name) => {
      change(context, name, ({ current, profiles: { [name]: _removed, ...rest } }) => ({
        current: current === name ? null : current,
        profiles: rest,
      }));
      context.output.result({ removed: name }, (style) => `${style.green('removed')} the profile ${style.bold(name)}`);
    }),
  );
  addExamples(remove, 'profile remove staging');
}

function change({ env }: Context, name: string, apply: (all: Profiles) => Profiles): void {
  const all = readProfiles(env);
  if (!Object.hasOwn(all.profiles, name)) {
    throw usageError(`there is no profile "${name}"; there are: ${Object.keys(all.profiles).join(', ') || 'none'}`);
  }
  writeProfiles(env, apply(all));
}

function listProfiles({ env, output }: Context): void {
  const { current, profiles } = readProfiles(env);
  if (isExposed(env)) output.warn(`others may read the keys in ${profilesFile(env)}: chmod 600 it`);
  const rows = Object.entries(profiles).map(([name, { url, platform, org }]) => ({
    name,
    current: name === current,
    url,
    platform: platform ?? null,
    org: org ?? null,
  }));
  output.results(rows, (all, style) =>
    writeTable(
      ['', 'name', 'url', 'platform', 'organization'],
      all.map((row) => [row.current ? style.green('*') : ' ', row.name, row.url, row.platform ?? '', row.org ?? '']),
      style,
      'no profiles; "posthorn login" stores one',
    ),
  );
}

async function showConnection(context: Context): Promise<void> {
  const { api, output } = context;
  const { url, source, platform = null, org = null } = api.settings;
  const { name, scopes, platform: ofKey, org_id } = await api.session();
  const key = { name, scopes, platform: ofKey, org_id };
  output.result({ url, source, platform, org, key }, (style) =>
    [
      writeFields(
        [
          ['URL', url],
          ['from', source],
          ['platform', platform],
          ['organization', org],
        ],
        style,
      ),
      describeKey(key, style),
    ].join('\n'),
  );
}

/** What a key may do, in words. */
export function describeKey(
  { name, platform, org_id, scopes }: Pick<Session, 'name' | 'platform' | 'org_id' | 'scopes'>,
  style: Style,
): string {
  const where = [platform ?? 'every platform', ...(org_id === null ? [] : [`organization ${org_id}`])].join(', ');
  return writeFields(
    [
      ['key', `${name} (${where})`],
      ['may', scopes.join(', ')],
    ],
    style,
  );
}
