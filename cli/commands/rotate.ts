import type { Command } from 'commander';
import type { NewWebhook, SecretRotation, Webhook } from '../../clients/typescript/src/types.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { usageError } from '../command-error.ts';
import { localTime } from '../output/times.ts';

interface RotateOptions {
  secret?: string;
  overlap?: string;
  force?: boolean;
  end?: boolean;
}

/** Gives a webhook a new secret. */
export function addRotate(program: Command, contextOf: ContextOf): void {
  const command = program
    .command('rotate')
    .description('give a webhook a new secret; both are valid for a while')
    .argument('<webhook>', "the webhook's id")
    .option('--overlap <seconds>', 'how long the old secret stays valid; default: 86400')
    .option('--secret <secret>', 'the new secret; default: a random one')
    .option('--force', 'also while a rotation is under way: the oldest secret is dropped')
    .option('--end', 'end a rotation: only the new secret is valid from now on')
    .action(action(contextOf, rotate));
  addExamples(
    command,
    'rotate 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
    'rotate 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77 --overlap 3600',
    'rotate 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77 --end',
  );
}

async function rotate({ api, output }: Context, options: RotateOptions, id: string): Promise<void> {
  const { secret, overlap, force, end } = options;
  if (end && (secret ?? overlap ?? force) !== undefined) throw usageError('--end stands alone');
  if (overlap !== undefined && !/^\d+$/.test(overlap))
    throw usageError(`--overlap is "${overlap}"; it must be seconds`);
  const { webhooks } = await api.ownerOf('webhooks', id);
  const input = { secret, force, ...(overlap !== undefined && { overlap: Number(overlap) }) } as SecretRotation;
  const webhook = end ? await webhooks.endRotation(id) : await webhooks.rotateSecret(id, input);
  const until = webhook.secret_rotation?.expires_at;
  output.result(webhook, (style) =>
    [
      ...(isNew(webhook) ? [`new secret ${webhook.secret} ${style.dim('(shown only now)')}`] : []),
      until === undefined ? 'only the new secret is valid' : `the old secret is valid until ${localTime(until)}`,
    ].join('\n'),
  );
}

function isNew(webhook: Webhook | NewWebhook): webhook is NewWebhook {
  return 'secret' in webhook;
}
