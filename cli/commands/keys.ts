import type { Command } from 'commander';
import type { ApiKey, ApiKeyInput } from '../../clients/typescript/src/types.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { confirm } from '../input/confirm.ts';
import type { Style } from '../output/style.ts';
import { writeTable } from '../output/table.ts';
import { localTime, readSeconds } from '../output/times.ts';

/** Manages API keys; only admins of everything may. */
export function addKeys(program: Command, contextOf: ContextOf): void {
  const group = program.command('keys').description('list, create and revoke API keys (for admins)');
  const list = group.command('list').description('list the keys, newest first').option('--all', 'also revoked ones');
  list.action(action(contextOf, listKeys));
  addExamples(list, 'keys list');

  const create = group
    .command('create')
    .description('create a key; it is shown only now')
    .argument('<name>', 'what it is for')
    .argument('<scope...>', 'webhooks:read, webhooks:write, events:read, events:write, or admin');
  create.option('--expires-in <time>', 'when it expires, such as 12h or 30d; default: never');
  create.action(action(contextOf, createKey));
  addExamples(
    create,
    'keys create crm --platform urpa events:write',
    'keys create billing --platform 4calls --org org-42 events:write webhooks:read',
  );

  const revoke = group
    .command('revoke')
    .description('revoke a key at once')
    .argument('<id>', "the key's id")
    .option('-y, --yes', 'do not ask');
  revoke.action(
    action<{ yes?: boolean }, [string]>(contextOf, async (context, { yes }, id) => {
      await confirm(context, yes === true, `Revoke the key ${id}?`);
      await context.api.client.keys.revoke(id);
      context.output.result({ revoked: id }, (style) => `${style.green('revoked')} ${id}`);
    }),
  );
  addExamples(revoke, 'keys revoke 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77');
}

async function listKeys({ api, output }: Context, { all }: { all?: boolean }): Promise<void> {
  const { data } = await api.client.keys.list();
  const shown = data.filter(({ revoked_at }) => all === true || revoked_at === null);
  output.results(shown, (keys, style) =>
    writeTable(
      ['id', 'name', 'begins', 'for', 'created', 'last used', 'scopes'],
      keys.map((key) => [
        key.id,
        key.name,
        `${key.hint}…`,
        [key.platform ?? 'everything', key.org_id].filter(Boolean).join('/'),
        localTime(key.created_at),
        key.last_used_at === null ? 'never' : localTime(key.last_used_at),
        describeScopes(key, style),
      ]),
      style,
      'no keys',
    ),
  );
}

async function createKey(
  { api, output }: Context,
  { expiresIn }: { expiresIn?: string },
  name: string,
  scopes: string[],
): Promise<void> {
  const { platform, org } = api.asked;
  const expires_in = expiresIn === undefined ? undefined : readSeconds(expiresIn, '--expires-in');
  // The API says which are valid.
  const input = { name, scopes, platform, org_id: org, expires_in } as ApiKeyInput;
  const key = await api.client.keys.create(input);
  output.result(key, (style) =>
    [`${style.green('created')} ${style.bold(key.id)}`, `key ${key.key} ${style.dim('(shown only now)')}`].join('\n'),
  );
}

function describeScopes({ scopes, expires_at: expiry, revoked_at: revoked }: ApiKey, style: Style): string {
  if (revoked !== null) return style.red('revoked');
  if (expiry === null) return scopes.join(', ');
  return Date.parse(expiry) <= Date.now() ? style.red('expired') : `${scopes.join(', ')} (until ${localTime(expiry)})`;
}
