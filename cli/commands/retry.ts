import type { Command } from 'commander';
import { ApiError } from '../../clients/typescript/src/errors.ts';
import { explainError } from '../api/explain-error.ts';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';

/** Sends deliveries now. */
export function addRetry(program: Command, contextOf: ContextOf): void {
  const command = program
    .command('retry')
    .description('send deliveries now')
    .argument('<id...>', 'the ids of the deliveries')
    .option('--force', 'also those that were delivered already')
    .action(action(contextOf, retry));
  addExamples(
    command,
    'retry 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
    'retry --force 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
    'recover --status failed --since 2h             # many at once',
  );
}

async function retry({ api, output }: Context, { force = false }: { force?: boolean }, ids: string[]): Promise<void> {
  const refused: CommandError[] = [];
  for (const id of ids) {
    try {
      const { deliveries } = await api.ownerOf('deliveries', id);
      const answer = await deliveries.retry(id, { force });
      const note = answer.in_flight ? ', an attempt is in flight' : '';
      output.result(answer, (style) => `${style.green('retrying')} ${id}${note}`);
    } catch (error) {
      const refusal = error instanceof ApiError && explainError(error, api.settings);
      if (!refusal || ids.length === 1) throw error;
      refused.push(refusal);
      output.warn(`${id}: ${refusal.message}`);
    }
  }
  if (refused[0])
    throw new CommandError(`${refused.length} of ${ids.length} were not retried`, { exit: refused[0].exit });
}
