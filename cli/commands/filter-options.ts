import type { Command } from 'commander';
import type { Query } from '../api/api.ts';
import { STATUSES } from '../api/model.ts';
import { usageError } from '../command-error.ts';
import { readTime } from '../output/times.ts';

export interface FilterOptions {
  webhook?: string;
  event?: string;
  status?: string;
  since?: string;
  until?: string;
  value?: string;
}

/** Options that choose deliveries. */
export function addFilters(command: Command): Command {
  return command
    .option('-w, --webhook <id>', 'only to this webhook')
    .option('-e, --event <type>', 'only of this event type')
    .option('-s, --status <list>', `one status or several, with commas: ${STATUSES.join(', ')}`);
}

/** Options that choose a time. */
export function addTimes(command: Command): Command {
  return command
    .option('--since <time>', 'accepted at this time or later: 2026-01-22T10:30:00Z, or 2h for two hours ago')
    .option('--until <time>', 'accepted before this time');
}

/** The filter as query parameters. @throws CommandError usage */
export function readFilters({ webhook, event, status, since, until, value }: FilterOptions): Query {
  const unknown = status?.split(',').find((each) => !(STATUSES as readonly string[]).includes(each.trim()));
  if (unknown !== undefined) {
    throw usageError(`--status has "${unknown}"; valid are ${STATUSES.join(', ')}`);
  }
  return {
    webhook_id: webhook,
    event,
    status,
    q: value,
    since: since === undefined ? undefined : readTime(since, '--since'),
    until: until === undefined ? undefined : readTime(until, '--until'),
  };
}

/** The value of `--limit`. @throws CommandError usage */
export function readLimit(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1) return Number(text);
  throw usageError(`--limit is "${text}"; it must be a whole number from 1`);
}
