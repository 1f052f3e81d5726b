import type { Config } from '../core/config.ts';
import type { ImportOptions } from './options.ts';
import { format } from './report.ts';
import type { Inventory, Source } from './sources/source.ts';
import { describe } from './sources/postgres.ts';

interface Plan {
  source: Pick<Source, 'label'>;
  config: Pick<Config, 'databaseUrl' | 'retentionDays'>;
  options: ImportOptions;
  since: Date;
  now: Date;
  inventory: readonly Inventory[];
}

const DAY_MS = 86_400_000;

/** What a run is about to do, for the question before it. */
export function describePlan({ source, config, options, since, now, inventory }: Plan): string {
  const kept = new Date(now.getTime() - config.retentionDays * DAY_MS);
  const lines = [
    `From  ${source.label}`,
    `To    ${describe(config.databaseUrl)}`,
    ...inventory.flatMap(describeTable),
    `Deliveries that were created since ${since.toISOString()}.`,
    ...(since.getTime() < kept.getTime() - 1_000
      ? [
          `Posthorn keeps ${config.retentionDays} days: raise POSTHORN_RETENTION_DAYS of the workers first, or what is older is dropped again.`,
        ]
      : []),
    options.takeOver
      ? 'Deliveries that are still to be sent are taken over: the old system must not send them any more.'
      : 'Deliveries that are still to be sent stay with the old system (--take-over brings them over).',
    ...(options.paused ? ['New webhooks are paused.'] : []),
    ...(options.dryRun ? ['A dry run: nothing is changed.'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function describeTable({ name, platform, rows, older, missing }: Inventory): string[] {
  const counts = `${rows === null ? '' : `${format(rows)} rows`}${older > 0 ? `, and ${format(older)} older ones that are left out` : ''}`;
  const lacks = missing.length > 0 ? [`        no column for ${missing.join(', ')}`] : [];
  return [`      ${name} (${platform}): ${counts}`, ...lacks];
}
