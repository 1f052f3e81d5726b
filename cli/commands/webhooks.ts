import type { Command } from 'commander';
import { stateOf, type Webhook } from '../api/model.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { writeWebhook, writeWebhooks } from '../output/describe-webhook.ts';
import { readLimit } from './filter-options.ts';
import { addWebhookActions } from './webhook-actions.ts';
import { addWebhookOptions, readWebhookFields, type WebhookOptions } from './webhook-options.ts';

const PATH = '/api/dashboard/webhooks';

/** Manages webhooks. */
export function addWebhooks(program: Command, contextOf: ContextOf): void {
  const group = program.command('webhooks').description('list, register and change webhooks');
  const list = group
    .command('list')
    .description('list webhooks with how they fare, newest first')
    .option('--search <text>', 'only those with this in their URL or description')
    .option('--state <state>', 'active, paused, off, or struggling')
    .option('-n, --limit <count>', 'how many at most', '50');
  list.action(action(contextOf, listWebhooks));
  addExamples(list, 'webhooks list', 'webhooks list --state struggling', 'webhooks list --json | jq -r .url');

  const get = group.command('get').description('show a webhook').argument('<id>', "the webhook's id");
  get.action(
    action<object, [string]>(contextOf, async ({ api, output }, _options, id) => {
      const webhook = await api.get<Webhook>(`${PATH}/${encodeURIComponent(id)}`);
      output.result(webhook, (style) => writeWebhook(webhook, style));
    }),
  );
  addExamples(get, 'webhooks get 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77');

  const create = addWebhookOptions(
    group
      .command('create')
      .description('register a webhook; its secret is shown only now')
      .argument('<url>', 'where its deliveries go')
      .argument('<event...>', 'the event types that it gets'),
  );
  create.action(action(contextOf, createWebhook));
  addExamples(
    create,
    'webhooks create https://example.com/hooks contact.created contact.updated',
    `webhooks create https://example.com/hooks appointment.created --platform 4calls --org org-42 --filter '{"status": "confirmed"}'`,
  );

  const update = addWebhookOptions(
    group
      .command('update')
      .description('change a webhook')
      .argument('<id>', "the webhook's id")
      .option('--new-url <url>', 'where its deliveries go')
      .option('--events <list>', 'the event types that it gets, with commas')
      .option('--on', 'turn it on')
      .option('--off', 'turn it off: what is still to be sent is cancelled'),
  );
  update.action(action(contextOf, updateWebhook));
  addExamples(
    update,
    'webhooks update 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77 --events contact.created,contact.updated',
    `webhooks update 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77 --set timeout=30 --set 'limits={"rate": 10}'`,
  );
  addWebhookActions(group, contextOf);
}

interface ListOptions {
  search?: string;
  state?: string;
  limit: string;
}

async function listWebhooks({ api, output }: Context, { search, state, limit }: ListOptions): Promise<void> {
  const found: Webhook[] = [];
  const query = { ...api.ownerQuery(), search, state };
  for await (const page of api.list<Webhook>(PATH, query, readLimit(limit))) found.push(...page);
  output.results(found, writeWebhooks);
}

async function createWebhook(
  { api, output }: Context,
  options: WebhookOptions,
  url: string,
  events: string[],
): Promise<void> {
  const { webhooks } = await api.owner();
  const webhook = await webhooks.create({ url, events, ...readWebhookFields(options) });
  output.result(webhook, (style) =>
    [
      `${style.green('registered')} ${style.bold(webhook.id)}`,
      `secret ${webhook.secret} ${style.dim('(shown only now; it signs the deliveries)')}`,
    ].join('\n'),
  );
}

interface UpdateOptions extends WebhookOptions {
  newUrl?: string;
  events?: string;
  on?: boolean;
  off?: boolean;
}

async function updateWebhook({ api, output }: Context, options: UpdateOptions, id: string): Promise<void> {
  const { newUrl: url, events, on, off } = options;
  const changes = {
    ...(url !== undefined && { url }),
    ...(events !== undefined && { events: events.split(',').map((event) => event.trim()) }),
    ...((on ?? off) !== undefined && { active: on === true }),
    ...readWebhookFields(options),
  };
  const { webhooks } = await api.ownerOf('webhooks', id);
  const webhook = await webhooks.update(id, changes);
  const state = stateOf({ ...webhook, deleted_at: null });
  output.result(webhook, (style) => `${style.green('changed')} ${style.bold(id)}, ${state}, ${webhook.url}`);
}
