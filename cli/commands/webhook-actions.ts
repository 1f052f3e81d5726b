import type { Command } from 'commander';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { confirm } from '../input/confirm.ts';

const ID = '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77';

const STATES = [
  { name: 'pause', description: 'hold its deliveries until it is resumed', done: 'paused' },
  { name: 'resume', description: 'send what was held', done: 'resumed' },
] as const;

/** What can be done to a webhook. */
export function addWebhookActions(group: Command, contextOf: ContextOf): void {
  for (const { name, description, done } of STATES) {
    const command = group.command(name).description(description).argument('<id>', "the webhook's id");
    command.action(
      action<object, [string]>(contextOf, async ({ api, output }, _options, id) => {
        const { webhooks } = await api.ownerOf('webhooks', id);
        const webhook = await webhooks[name](id);
        output.result(webhook, (style) => `${style.green(done)} ${style.bold(id)}`);
      }),
    );
    addExamples(command, `webhooks ${name} ${ID}`);
  }

  const test = group
    .command('test')
    .description('send it a test event')
    .argument('<id>', "the webhook's id")
    .option('-e, --event <type>', 'the event type; default: the first that it gets');
  test.action(
    action<{ event?: string }, [string]>(contextOf, async ({ api, output }, { event }, id) => {
      const { webhooks } = await api.ownerOf('webhooks', id);
      const tested = await webhooks.test(id, event === undefined ? {} : { event });
      output.result(
        tested,
        (style) => `${style.green('sent')} ${tested.event}: posthorn deliveries get ${style.bold(tested.delivery_id)}`,
      );
    }),
  );
  addExamples(test, `webhooks test ${ID}`, `webhooks test ${ID} --event contact.created`);

  const remove = group
    .command('delete')
    .description('delete it: what is still to be sent is cancelled, its history stays')
    .argument('<id>', "the webhook's id")
    .option('-y, --yes', 'do not ask');
  remove.action(
    action<{ yes?: boolean }, [string]>(contextOf, async (context, { yes }, id) => {
      const { api, output } = context;
      const { webhooks } = await api.ownerOf('webhooks', id);
      await confirm(context, yes === true, `Delete the webhook ${id}?`);
      await webhooks.delete(id);
      output.result({ deleted: id }, (style) => `${style.green('deleted')} ${id}`);
    }),
  );
  addExamples(remove, `webhooks delete ${ID}`);
}
