import { hash } from 'node:crypto';
import type pg from 'pg';
import { platforms } from '../core/platforms/index.ts';
import { timeInId, uuidAt } from '../core/db/partitions.ts';
import { splitObject } from '../delivery/body/split.ts';
import { convertDelivery } from './convert/old-delivery.ts';
import type { Job } from './job.ts';
import { ComparedDeliveries, describeDifferences, type Side } from './differences.ts';
import { ImportError, type OldPlatform } from './sources/source.ts';
import { keyOf, readImported } from './store/known-webhooks.ts';
import { connectTarget } from './store/target-database.ts';

/** Deliveries of one page of Posthorn's. */
const PAGE = 2_000;
/** Deliveries of each system; each takes about 250 bytes. */
const MOST = 2_000_000;
/** What one system stored at the begin of the range, the other may have stored this long before. */
export const EDGE_MS = 60_000;

/**
 * Compares what both systems made of the same events: deliveries with the same webhook, event type and data belong together. Returns the exit
 * code: 0 if there are no differences.
 */
export async function compareSystems({ source, config, options, since, now, io }: Job): Promise<number> {
  await source.survey();
  const client = await connectTarget(config.databaseUrl);
  const { until } = options;
  try {
    const compared = new ComparedDeliveries(MOST);
    const atEdge = (time: Date) => time < since || time > until;
    const oldIds = await readOld(client, { source, options, now, compared, atEdge });
    for (const platform of options.platforms)
      await readOurs(client, {
        platform,
        from: new Date(since.getTime() - EDGE_MS),
        compared,
        atEdge,
        without: oldIds,
      });
    const differences = compared.differences();
    io.stdout.write(options.json ? `${JSON.stringify(differences)}\n` : describeDifferences(differences, since, until));
    return differences.onlyOld + differences.onlyPosthorn + differences.otherBytes + differences.otherStatus === 0
      ? 0
      : 1;
  } finally {
    await client.end();
  }
}

export interface OldSide extends Pick<Job, 'source' | 'options' | 'now'> {
  compared: ComparedDeliveries;
  atEdge: (time: Date) => boolean;
}

/** Returns the ids that imported deliveries have here. @throws ImportError if no webhook was imported */
export async function readOld(
  client: pg.ClientBase,
  { source, options, now, compared, atEdge }: OldSide,
): Promise<Set<string>> {
  const imported = await readImported(client);
  if (imported.size === 0) throw new ImportError('no webhook was imported: run posthorn import with --paused first');
  const ids = new Set<string>();
  for await (const { kind, platform, rows } of source.read()) {
    if (kind !== 'delivery') continue;
    const { clock, statuses } = options;
    const webhookOf = (oldId: string) => imported.get(keyOf(platform, oldId));
    const rules = { platform, eventTypes: new Map(), clock, statuses, webhookOf, now };
    for (const row of rows) {
      const delivery = convertDelivery(row, rules);
      if (typeof delivery === 'string') compared.skipped++;
      else {
        ids.add(delivery.id);
        compared.addOld({
          ...identify(delivery.webhookId, delivery.eventType, delivery.body),
          status: delivery.status,
          id: row['id']!,
          atEdge: atEdge(delivery.createdAt),
        });
      }
    }
  }
  return ids;
}

interface OurSide {
  platform: OldPlatform;
  from: Date;
  compared: ComparedDeliveries;
  atEdge: (time: Date) => boolean;
  /** Imported deliveries are the old system's. */
  without: ReadonlySet<string>;
}

async function readOurs(client: pg.ClientBase, { platform, from, compared, atEdge, without }: OurSide): Promise<void> {
  for (let after = uuidAt(from); ;) {
    const { rows } = await client.query<OurRow>({ ...OURS, values: [platforms[platform].id, after, PAGE] });
    for (const { id, webhook_id: webhook, event_type: type, body, status } of rows) {
      if (without.has(id)) continue;
      compared.addPosthorn({ ...identify(webhook, type, body), status, id, atEdge: atEdge(timeInId(id)) });
    }
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

interface OurRow {
  id: string;
  webhook_id: string;
  event_type: string;
  status: string;
  body: string;
}

/** Only webhooks that were imported. */
const OURS = {
  name: 'import-compare',
  text: `
select d.id, d.webhook_id, d.event_type, d.status, e.body
from deliveries d cross join lateral (select body from events where id = d.event_id offset 0) e
where d.platform = $1 and d.id > $2::uuid
  and exists (select from audit_log where subject_id = d.webhook_id and action = 'webhook.imported')
order by d.id limit $3`,
};

/** `key` is what both systems were given; `bytes` and `parts` are what they make of it, except for the time. */
export function identify(
  webhookId: string,
  eventType: string,
  body: string,
): Pick<Side, 'key' | 'timestamp' | 'bytes' | 'parts'> {
  const members = splitObject(body);
  const data = members?.get('data') ?? body;
  const canonical = hash('sha256', `${webhookId}\n${eventType}\n${JSON.stringify(sorted(JSON.parse(data)))}`, 'base64');
  const parts = data.match(PARTS)!.toSorted().join();
  return {
    key: canonical,
    timestamp: members?.get('timestamp') ?? '',
    bytes: hash('sha256', data, 'base64'),
    parts: hash('sha256', parts, 'base64'),
  };
}

const PARTS = /"(?:[^"\\]|\\.)*"|[^"{}[\]:,]+|[{}[\]:,]/g;

/** With its members in the order of their names, so that the same data with other bytes is found. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, inner]) => [name, sorted(inner)] as const);
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
