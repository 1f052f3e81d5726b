import type pg from 'pg';
import type { Changes } from '../core/db/changes.ts';
import { platforms } from '../core/platforms/index.ts';
import type { Allowlist } from '../delivery/guard/guard.ts';
import { convertDelivery, type DeliveryRules, type OldDelivery } from './convert/old-delivery.ts';
import { convertWebhook, type WebhookRules } from './convert/old-webhook.ts';
import type { ImportOptions } from './options.ts';
import type { Progress } from './progress.ts';
import type { Report } from './report.ts';
import type { OldBatch, OldPlatform, OldRow, Source } from './sources/source.ts';
import { compareBatch, storeBatch } from './store/deliveries.ts';
import { keyOf, type ImportedWebhook } from './store/known-webhooks.ts';
import { analyze, patiently, summarize, type PastWeeks } from './store/target-database.ts';
import type { WebhookStore } from './store/webhooks.ts';

export interface ImportDeps {
  source: Source;
  client: pg.ClientBase;
  store: WebhookStore;
  weeks: PastWeeks;
  changes: Changes;
  /** What earlier runs brought over. */
  imported: Map<string, ImportedWebhook>;
  report: Report;
  progress: Progress;
  allowlist: Allowlist;
  appKey: string | undefined;
  /** Deliveries from before are left out. */
  since: Date;
  now: Date;
  options: ImportOptions;
}

/** Batches after which the attempts are indexed by time. */
const SUMMARIZE_AFTER = 100;
const GONE = 'it is not in the old system any more: delete it here if nobody needs it';

/** Reads a source to its end and stores what is new or changed. Each batch is one transaction, so that it may end anywhere and be run again. */
export class ImportRun {
  private readonly deps: ImportDeps;
  private readonly seen = new Set<string>();
  private batches = 0;
  private readonly webhookRules = new Map<OldPlatform, WebhookRules>();
  private readonly deliveryRules = new Map<OldPlatform, DeliveryRules>();

  constructor(deps: ImportDeps) {
    this.deps = deps;
    const { allowlist, appKey, options, imported, now } = deps;
    const { clock, statuses } = options;
    for (const id of options.platforms) {
      const platform = platforms[id];
      const eventTypes = new Map(platform.eventTypes.map((one) => [one.type, one]));
      const webhookOf = (oldId: string) => imported.get(keyOf(id, oldId));
      this.webhookRules.set(id, { platform, allowlist, clock, appKey });
      this.deliveryRules.set(id, { platform: id, eventTypes, clock, statuses, webhookOf, now });
    }
  }

  /** Returns whether it came to the end; otherwise it was interrupted between two batches. */
  async run(signal: AbortSignal): Promise<boolean> {
    const { source, client, progress, options } = this.deps;
    for await (const batch of readAhead(source.read())) {
      if (batch.kind === 'webhook') for (const row of batch.rows) await this.takeWebhook(batch.platform, row);
      else await this.takeDeliveries(batch);
      progress.add(batch.kind === 'delivery' ? batch.rows.length : 0);
      if (signal.aborted) return false;
    }
    this.findGone();
    if (!options.dryRun) {
      await summarize(client);
      await analyze(client);
    }
    return true;
  }

  private async takeWebhook(platform: OldPlatform, row: OldRow): Promise<void> {
    const { store, imported, report, options, changes } = this.deps;
    const oldId = row['id'] ?? '';
    this.seen.add(keyOf(platform, oldId));
    const converted = convertWebhook(row, this.webhookRules.get(platform)!);
    if (typeof converted === 'string')
      return report.add({ kind: 'webhook', id: oldId, level: 'refused', reason: converted });
    const { webhook, notes } = converted;
    const before = imported.get(keyOf(platform, oldId));
    const outcome = store.judge(webhook, before);
    for (const reason of notes) report.add({ kind: 'webhook', id: oldId, level: 'note', reason });
    if (outcome === 'unchanged') report.webhooks.unchanged++;
    if (outcome === 'changed here') return this.noteConflict(oldId);
    if (outcome === 'unchanged') return;
    if (options.dryRun) {
      report.webhooks[outcome]++;
      imported.set(keyOf(platform, oldId), before ?? provisional(platform, webhook));
      return;
    }
    const stored = before ? await store.update(webhook, before) : await store.add(platform, webhook);
    if (!stored && before) return this.noteConflict(oldId);
    if (!stored) {
      return report.add({
        kind: 'webhook',
        id: oldId,
        level: 'refused',
        reason: 'a webhook that was not imported has its id here',
      });
    }
    report.webhooks[outcome]++;
    imported.set(keyOf(platform, oldId), stored);
    changes.webhook(platform, webhook.orgId, webhook.id);
  }

  private noteConflict(id: string): void {
    const reason = 'it was changed in the old system and here: it stays as it is here';
    this.deps.report.add({ kind: 'webhook', id, level: 'note', reason });
    this.deps.report.webhooks.unchanged++;
  }

  private async takeDeliveries({ platform, rows }: OldBatch): Promise<void> {
    const { client, options, weeks, changes } = this.deps;
    const wanted: OldDelivery[] = [];
    for (const row of rows) {
      const delivery = this.chooseDelivery(platform, row);
      if (delivery) wanted.push(delivery);
    }
    if (wanted.length > 0) {
      const stored = await patiently(async () => {
        const compared = await compareBatch(client, wanted);
        const { ended, open, changed } = compared;
        if (options.dryRun || ended.length + open.length + changed.length === 0) return compared;
        await weeks.ensure([...ended, ...open].flatMap(({ createdAt, eventAt }) => [createdAt, eventAt]));
        await storeBatch(client, platform, compared);
        for (const orgId of new Set(ended.map((one) => one.orgId))) changes.touch(platform, orgId);
        return compared;
      });
      this.count(stored);
    }
    if (!options.dryRun && ++this.batches % SUMMARIZE_AFTER === 0) await summarize(client);
  }

  /** Null: it is left out, which is counted. */
  private chooseDelivery(platform: OldPlatform, row: OldRow): OldDelivery | null {
    const { report, options, since } = this.deps;
    const delivery = convertDelivery(row, this.deliveryRules.get(platform)!);
    if (typeof delivery === 'string') {
      report.add({ kind: 'delivery', id: row['id'] ?? '', level: 'refused', reason: delivery });
      return null;
    }
    const reason =
      delivery.createdAt < since
        ? 'older'
        : delivery.status !== 'open'
          ? null
          : !options.takeOver
            ? 'left open'
            : delivery.createdAt < options.stuckBefore
              ? 'stuck'
              : null;
    if (reason === null) return delivery;
    report.deliveries[reason]++;
    return null;
  }

  private count({ ended, open, changed, known, kept }: Awaited<ReturnType<typeof compareBatch>>): void {
    const { deliveries, states } = this.deps.report;
    deliveries.added += ended.length;
    deliveries['taken over'] += open.length;
    deliveries.updated += changed.length;
    deliveries['already here'] += known;
    for (const { status } of ended) states[status] = (states[status] ?? 0) + 1;
    for (const { id } of kept) {
      deliveries['already here']++;
      const reason = 'it changed in the old system after it was taken over, and stays as it is here';
      this.deps.report.add({ kind: 'delivery', id, level: 'note', reason });
    }
    const wrapped = [...ended, ...open].filter((one) => one.wrapped);
    for (const { id } of wrapped) {
      const reason = 'its payload was the data alone: event and timestamp were added';
      this.deps.report.add({ kind: 'delivery', id, level: 'note', reason });
    }
  }

  private findGone(): void {
    const { source, imported, report, options } = this.deps;
    if (!source.complete) return;
    for (const [key, { platform, oldId, deleted }] of imported) {
      const isOurs = options.platforms.includes(platform as OldPlatform);
      if (isOurs && !deleted && !this.seen.has(key))
        report.add({ kind: 'webhook', id: oldId, level: 'note', reason: GONE });
    }
  }
}

/** What deliveries need of a webhook that a dry run would store. */
function provisional(
  platform: string,
  { id, oldId, orgId }: { id: string; oldId: string; orgId: string },
): ImportedWebhook {
  return { id, platform, oldId, orgId, maxAttempts: 6, state: '', asOf: '', updatedAt: new Date(), deleted: false };
}

/** Reads the next item while the present one is worked on. */
async function* readAhead<Item>(items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  let next = items.next();
  next.catch(() => {});
  try {
    for (;;) {
      const result = await next;
      if (result.done) return;
      next = items.next();
      // It is awaited in the next turn.
      next.catch(() => {});
      yield result.value;
    }
  } finally {
    await items.return(undefined).catch(() => {});
  }
}
