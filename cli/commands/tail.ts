import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { watchDeliveries } from '../live/watch-deliveries.ts';
import { writeChange } from '../output/describe-delivery.ts';
import { addFilters, readFilters, type FilterOptions } from './filter-options.ts';

type TailOptions = FilterOptions & { pending?: boolean };

/** Shows deliveries as they happen. */
export function addTail(program: Command, contextOf: ContextOf): void {
  const command = addFilters(program.command('tail').description('show deliveries as they happen, until Ctrl-C'))
    .option('--since <time>', 'begin with those accepted since then: 10m for ten minutes ago, or 2026-01-22T10:30:00Z')
    .option('--pending', 'also show deliveries that were accepted but not tried yet')
    .action(action(contextOf, tail));
  addExamples(
    command,
    'tail',
    'tail --status failed,retrying --webhook 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
    `tail --json | jq -r 'select(.status_code >= 500) | .webhook_url'`,
  );
}

async function tail({ api, output, signal }: Context, { pending, ...options }: TailOptions): Promise<void> {
  const { since, ...filter } = readFilters(options);
  const wantsPending = pending === true || options.status?.includes('pending') === true;
  const watched = watchDeliveries(api, {
    filter: { ...api.ownerQuery(), ...filter },
    since: since as string | undefined,
    signal,
    onReady: () => output.note(`Watching deliveries at ${api.settings.url}. Ctrl-C ends it.`),
    onState: (lost) =>
      output.note(lost === null ? 'Connected again.' : `Connection lost (${lost}); connecting again …`),
  });
  for await (const { delivery } of watched) {
    if (signal.aborted) return;
    if (delivery.status === 'pending' && delivery.attempts === 0 && !wantsPending) continue;
    output.result(delivery, (style) => writeChange(delivery, style));
  }
}
