import type { Command } from 'commander';
import type { Api } from '../api/api.ts';
import { stateOf, type Webhook } from '../api/model.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { EXIT } from '../exit-codes.ts';
import { Forwarder } from '../live/forwarder.ts';
import { watchDeliveries } from '../live/watch-deliveries.ts';
import { writeForwarded } from '../output/describe-forwarded.ts';
import { readTime } from '../output/times.ts';
import { readHeader } from './webhook-options.ts';

interface ListenOptions {
  forward: string;
  header?: string[];
  since?: string;
  verbose?: boolean;
}

const WEBHOOKS = '/api/dashboard/webhooks';
const MOST_LISTED = 20;
const REDACTED = '[redacted]';
const NEEDED = ['events:read', 'webhooks:read', 'webhooks:write'] as const;

/** Sends what goes to a webhook on to the developer's machine. */
export function addListen(program: Command, contextOf: ContextOf): void {
  const collect = (value: string, before: string[] = []) => [...before, value];
  const command = program
    .command('listen')
    .description('send what goes to a webhook on to your machine, until Ctrl-C')
    .argument('[webhook]', "the webhook's id; not needed if there is only one")
    .requiredOption('-f, --forward <url>', 'where to send it, such as http://localhost:3000/hook')
    .option('-H, --header <name: value>', 'a header to add or replace; may be repeated', collect)
    .option('--since <time>', 'begin with what was accepted since then: 10m for ten minutes ago')
    .option('-v, --verbose', 'also show headers and bodies')
    .action(action(contextOf, listen));
  command.addHelpText(
    'after',
    `
Each delivery is sent on once when it is accepted, with its real headers, body and signatures, and again when it is retried by hand. Your
answer is shown; it changes nothing in Posthorn, which makes its own attempts at the webhook's URL. The key needs ${NEEDED.join(', ')}.`,
  );
  addExamples(
    command,
    'listen --forward http://localhost:3000/hook',
    'listen 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77 --forward 3000/hook --verbose',
  );
}

async function listen(context: Context, options: ListenOptions, id: string | undefined): Promise<void> {
  const { api, output, signal } = context;
  const target = readTarget(options.forward);
  const added = Object.fromEntries((options.header ?? []).map(readHeader));
  const since = options.since === undefined ? undefined : readTime(options.since, '--since');
  await requireScopes(api);
  const webhook = await findWebhook(api, id);
  warnAbout(context, webhook, added);
  const { deliveries } = api.ownerNamed(webhook);
  const forwarding = { deliveries, target, headers: { ...shownHeaders(webhook), ...added }, signal };
  const forwarder = new Forwarder(forwarding, api.serverTime(), (one) =>
    output.result(one, (style) => writeForwarded(one, style, options.verbose === true)),
  );
  const watched = watchDeliveries(api, {
    filter: { webhook_id: webhook.id },
    since,
    signal,
    onReady: () => output.note(`Sending what goes to ${webhook.url} (${webhook.id}) on to ${target}. Ctrl-C ends it.`),
    onState: (lost) =>
      output.note(lost === null ? 'Connected again.' : `Connection lost (${lost}); connecting again …`),
  });
  for await (const sighting of watched) {
    if (signal.aborted) return;
    forwarder.hear(sighting);
  }
}

/** `3000/hook` and `localhost:3000/hook` are short for `http://localhost:3000/hook`. @throws CommandError usage */
function readTarget(text: string): string {
  const full = /^\d+(\/|$)/.test(text) ? `localhost:${text}` : text;
  const url = /^https?:\/\//.test(full) ? full : `http://${full}`;
  try {
    return new URL(url).href;
  } catch {
    throw usageError(`--forward is "${text}"; it must be a URL such as http://localhost:3000/hook`);
  }
}

async function requireScopes(api: Api): Promise<void> {
  const { scopes } = await api.session();
  const missing = NEEDED.filter((scope) => !scopes.includes(scope) && !scopes.includes('admin'));
  if (missing.length === 0) return;
  throw new CommandError(`this key lacks ${missing.join(' and ')}`, {
    exit: EXIT.unauthorized,
    code: 'forbidden',
    hint: 'Signatures are only shown to keys that may change the webhook.',
  });
}

async function findWebhook(api: Api, id: string | undefined): Promise<Webhook> {
  if (id !== undefined) return await api.get<Webhook>(`${WEBHOOKS}/${encodeURIComponent(id)}`);
  const query = { ...api.ownerQuery(), limit: MOST_LISTED };
  const { data } = await api.get<{ data: Webhook[] }>(WEBHOOKS, query);
  const [only, another] = data;
  if (!only) {
    throw new CommandError('there is no webhook', {
      hint: 'Register one first, with any URL: posthorn webhooks create https://example.com/hook contact.created',
    });
  }
  if (!another) return only;
  const list = data.map((webhook) => `  ${webhook.id}  ${webhook.url}`).join('\n');
  throw usageError(`there are several webhooks; name one:\n${list}`);
}

/** What would surprise the developer. */
function warnAbout({ output }: Context, webhook: Webhook, added: Record<string, string>): void {
  const state = stateOf(webhook);
  if (state === 'deleted') throw new CommandError('this webhook was deleted');
  if (state === 'off') output.warn('the webhook is turned off: nothing new goes to it');
  const given = new Set(Object.keys(added).map((name) => name.toLowerCase()));
  const hidden = Object.entries(webhook.headers).filter(
    ([name, value]) => value === REDACTED && !given.has(name.toLowerCase()),
  );
  if (hidden.length === 0) return;
  const names = hidden.map(([name]) => name).join(', ');
  output.warn(`${names} is left out, because Posthorn shows no credentials; --header '${hidden[0]![0]}: …' adds it`);
}

/** Those of the webhook's own headers whose values may be seen. */
function shownHeaders({ headers }: Webhook): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== REDACTED));
}
