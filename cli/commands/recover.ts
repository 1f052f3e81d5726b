import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Recovery, RecoveryCount } from '../../clients/typescript/src/types.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { confirm } from '../input/confirm.ts';
import { addFilters, addTimes, readFilters, type FilterOptions } from './filter-options.ts';

interface RecoverOptions extends FilterOptions {
  rate?: string;
  dryRun?: boolean;
  yes?: boolean;
  wait: boolean;
}

const PATH = '/api/dashboard/recoveries';
const POLL_MS = 500;

/** Retries every delivery that matches a filter. */
export function addRecover(program: Command, contextOf: ContextOf): void {
  const command = addTimes(
    addFilters(program.command('recover').description('retry all deliveries that match a filter')),
  )
    .option('--rate <count>', 'deliveries a second at most')
    .option('--dry-run', 'only count what matches')
    .option('-y, --yes', 'do not ask')
    .option('--no-wait', 'end when it has begun, without showing its progress')
    .action(action(contextOf, recover));
  addExamples(
    command,
    'recover --since 2h --dry-run',
    'recover --status failed,cancelled --webhook 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77 --rate 50',
  );
}

async function recover(context: Context, options: RecoverOptions): Promise<void> {
  const { api, output } = context;
  const { status, q: _, ...filter } = readFilters(options);
  const { platform, org } = api.asked;
  const rate = readRate(options.rate);
  const statuses = typeof status === 'string' ? status.split(',').map((one) => one.trim()) : undefined;
  const body = { filter: { ...filter, status: statuses, platform, org_id: org }, rate };
  const counted = await api.client.call('POST', PATH, { body: { ...body, dry_run: true }, repeatable: true });
  const { count, exact } = counted as RecoveryCount;
  const found = `${exact ? '' : 'at least '}${count === 1 ? '1 delivery matches' : `${count} deliveries match`}`;
  if (options.dryRun === true || count === 0) return output.result({ count, exact }, () => found);
  await confirm(context, options.yes === true, `${found}. Retry?`);
  const recovery = (await api.client.call('POST', PATH, { body })) as Recovery;
  if (!options.wait)
    return output.result(recovery, (style) => `${style.green('started')} the recovery ${style.bold(recovery.id)}`);
  output.note(`recovery ${recovery.id}; Ctrl-C ends only this display`);
  await showProgress(context, recovery);
}

async function showProgress({ api, output, signal }: Context, begun: Recovery): Promise<void> {
  let recovery = begun;
  let shown = '';
  while (recovery.state === 'running' || recovery.state === 'paused') {
    const now = `${recovery.state}: ${recovery.retried} of ${recovery.matched_exact ? '' : 'at least '}${recovery.matched} retried`;
    if (now !== shown) output.note((shown = now));
    await sleep(POLL_MS, undefined, { signal });
    recovery = await api.get<Recovery>(`${PATH}/${begun.id}`);
  }
  const reasons = Object.entries(recovery.skipped_reasons).flatMap(([reason, count]) =>
    count > 0 ? [`${count} ${reason}`] : [],
  );
  const skipped = reasons.length === 0 ? '' : `, skipped ${recovery.skipped} (${reasons.join(', ')})`;
  output.result(recovery, (style) => `${style.green(recovery.state)}: retried ${recovery.retried}${skipped}`);
  if (recovery.state === 'cancelled') throw new CommandError('the recovery was cancelled');
}

function readRate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw usageError(`--rate is "${text}"; it must be a whole number of deliveries a second`);
}
