import { Changes } from '../core/db/changes.ts';
import { requireMasterKey } from '../core/db/master-key.ts';
import { createOrm } from '../core/db/orm.ts';
import { createPool } from '../core/db/pool.ts';
import { requireSessions } from '../core/db/require-sessions.ts';
import { createSecretBox } from '../core/secrets.ts';
import { parseAllowlist } from '../delivery/guard/guard.ts';
import { beginCounting } from '../delivery/statistics/earlier-outcomes.ts';
import { askToGoOn } from './ask.ts';
import { EXIT, type Job } from './job.ts';
import { describePlan } from './plan.ts';
import { Progress } from './progress.ts';
import { ImportRun } from './run-import.ts';
import type { Inventory } from './sources/source.ts';
import { readImported, SHADOW } from './store/known-webhooks.ts';
import { connectTarget, lockImports, PastWeeks } from './store/target-database.ts';
import { WebhookStore } from './store/webhooks.ts';

/** Brings over what is new or changed, or counts it. Returns the exit code. */
export async function bringOver({ source, config, options, since, now, report, io }: Job): Promise<number> {
  const inventory = await source.survey();
  io.stderr.write(describePlan({ source, config, options, since, now, inventory }));
  if (!options.dryRun && !(await askToGoOn('Import?', options, io))) return EXIT.failed;
  for (const { kind, older } of inventory) if (kind === 'delivery') report.deliveries.older += older;
  if (!options.dryRun) await requireSessions(config.databaseUrl);

  const client = await connectTarget(config.databaseUrl);
  const pool = createPool(config.databaseUrl, { max: 1 });
  const orm = await createOrm(config.databaseUrl);
  const changes = new Changes(pool);
  try {
    const box = createSecretBox(...config.masterKeys);
    if (!options.dryRun) {
      await requireMasterKey(pool, box);
      await lockImports(client);
      await beginCounting(client);
    }
    const progress = new Progress(io.stderr, countRows(inventory));
    const pause = options.paused ? SHADOW : null;
    const run = new ImportRun({
      source,
      client,
      store: new WebhookStore({ orm, box, masterKeys: config.masterKeys, pause }),
      weeks: new PastWeeks(client),
      changes,
      imported: await readImported(client),
      report,
      progress,
      allowlist: parseAllowlist(config.targetAllowlist),
      appKey: io.env['APP_KEY'] || undefined,
      since,
      now,
      options,
    });
    const finished = await run.run(io.signal);
    io.stderr.write(`${progress.end()}\n`);
    const result = options.json ? JSON.stringify({ ...report.toJSON(), finished }) : report.describe().join('\n');
    io.stdout.write(`${result}\n`);
    if (finished) return report.complete ? EXIT.ok : EXIT.failed;
    io.stderr.write('Interrupted. What came over stays; the same command goes on from there.\n');
    return EXIT.interrupted;
  } finally {
    await changes.close();
    await Promise.all([client.end(), pool.end(), orm.close()]);
  }
}

/** Null: unknown. */
function countRows(inventory: readonly Inventory[]): number | null {
  if (inventory.length === 0) return null;
  return inventory.filter(({ kind }) => kind === 'delivery').reduce((sum, { rows }) => sum + (rows ?? 0), 0);
}
