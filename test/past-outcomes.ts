import type pg from 'pg';
import { expect } from 'vitest';
import { boundsOf, percentile } from '../api/dashboard/overview-fields.ts';
import { RANGES, type Range } from '../core/contracts/dashboard/overview.ts';
import type { Query } from '../core/db/partitions.ts';
import { readOverview } from '../delivery/statistics/overview.ts';
import { findStruggling, readWebhookHealth } from '../delivery/statistics/webhook-health.ts';
import { inSnapshot } from '../core/db/transaction.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const WEBHOOKS = [1, 2, 3].map((n) => `00000000-0000-7000-8000-00000000000${n}`);

/** The owners of the webhooks. */
const OWNERS = [
  { platform: 'urpa', orgId: '' },
  { platform: 'urpa', orgId: '' },
  { platform: '4calls', orgId: 'org-1' },
];

/** A delivery that ended with its only attempt. */
export interface PastDelivery {
  webhook: number;
  /** Milliseconds since 1970. */
  acceptedAt: number;
  endedAt: number;
  delivered: boolean;
}

/** One in this many deliveries fails, for each webhook. */
const FAILING = [2, 10, Infinity];

/** One delivery at each time, to the webhooks in turn. Most are delivered at once, some after an hour. */
export function makePast(times: number[]): PastDelivery[] {
  const now = Date.now();
  return times.map((at, index) => {
    const chance = (index * 0.618_033_988_75) % 1;
    const latency = Math.round(2 * 10 ** (chance * (index % 11 === 0 ? 6.5 : 3)));
    const endedAt = Math.min(at + latency, now - MINUTE);
    const webhook = index % WEBHOOKS.length;
    const delivered = Math.floor(index / WEBHOOKS.length) % FAILING[webhook]! !== 1;
    return { webhook, acceptedAt: at, endedAt, delivered };
  });
}

export async function insertPast(query: Query, past: PastDelivery[]): Promise<void> {
  const rows = past.map(({ webhook, acceptedAt, endedAt, delivered }, index) => ({
    id: `${idTime(acceptedAt)}-7000-8000-${index.toString(16).padStart(12, '0')}`,
    webhook_id: WEBHOOKS[webhook],
    platform: OWNERS[webhook]!.platform,
    org_id: OWNERS[webhook]!.orgId,
    status: delivered ? 'delivered' : 'failed',
    created_at: new Date(acceptedAt),
    failed_at: delivered ? null : new Date(endedAt),
    started_at: new Date(endedAt - 1),
    error_message: delivered ? null : 'status 500',
  }));
  await query(
    `with past as materialized (
      select * from json_to_recordset($1) as p (id uuid, webhook_id uuid, platform text, org_id text, status text, created_at timestamptz, failed_at timestamptz,
        started_at timestamptz, error_message text)
    ), webhook as (
      insert into webhooks (id, platform, org_id, url, secret, events)
      select distinct webhook_id, platform, org_id, 'http://127.0.0.1/', ''::bytea, array['contact.created'] from past on conflict do nothing
    ), attempt as (
      insert into attempts (delivery_id, id, number, trigger, started_at, duration_ms, error_message)
      select id, id, 1, 'automatic', started_at, 1, error_message from past
    )
    insert into deliveries (id, event_id, webhook_id, platform, org_id, event_type, status, attempts, max_attempts, created_at, failed_at)
    select id, id, webhook_id, platform, org_id, 'contact.created', status, 1, 6, created_at, failed_at from past`,
    [JSON.stringify(rows)],
  );
}

function idTime(at: number): string {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

const ALL = Object.keys(RANGES) as Range[];
const PLATFORMS = ['urpa', '4calls'];

/** The scopes of an overview, and the webhooks whose deliveries each shows. */
const SCOPES = [
  { of: { platform: null, orgId: null, webhookId: undefined }, webhooks: [0, 1, 2] },
  { of: { platform: 'urpa', orgId: '', webhookId: undefined }, webhooks: [0, 1] },
  { of: { platform: '4calls', orgId: null, webhookId: undefined }, webhooks: [2] },
  { of: { platform: '4calls', orgId: 'org-1', webhookId: undefined }, webhooks: [2] },
  { of: { platform: null, orgId: null, webhookId: WEBHOOKS[1] }, webhooks: [1] },
];

let checked = 0;

/**
 * Checks that the dashboard's reads match a direct count: every bucket of every range, and the hours of each webhook. Each call checks the overview
 * of everything and of the next other scope.
 */
export async function expectPast(pool: pg.Pool, past: PastDelivery[]): Promise<void> {
  const [everything, ...others] = SCOPES;
  for (const { of, webhooks } of [everything!, others[checked++ % others.length]!])
    await expectOverviews(
      pool,
      of,
      past.filter(({ webhook }) => webhooks.includes(webhook)),
    );
  await expectHealth(pool, past);
}

async function expectOverviews(pool: pg.Pool, of: (typeof SCOPES)[number]['of'], past: PastDelivery[]) {
  for (const range of ALL) {
    const bounds = boundsOf(range, new Date());
    const rows = await inSnapshot(pool, (client) => readOverview(client, { ...of, platforms: PLATFORMS, ...bounds }));
    const expected = countPast(past, bounds.from.getTime(), bounds.bucketSeconds * 1000);
    const seen = rows.buckets
      .map((bucket) => ({ ...bucket, at: Date.parse(bucket.at) }))
      .toSorted((a, b) => a.at - b.at);
    expect(seen, range).toEqual(expected.buckets);
    expect(rows.times, range).toEqual(expected.times);
    for (const share of [0.5, 0.95])
      expect(percentile(rows.times, share), range).toBe(percentile(expected.times, share));
    expect(
      rows.failing.map(({ id, failed_attempts, attempts }) => ({ id, failed_attempts, attempts })),
      range,
    ).toEqual(rankFailing(past, bounds.from.getTime()));
  }
}

async function expectHealth(pool: pg.Pool, past: PastDelivery[]) {
  const from = Math.floor((Date.now() - 23 * HOUR) / HOUR) * HOUR;
  const health = await inSnapshot(pool, (client) => readWebhookHealth(client, WEBHOOKS, new Date(from)));
  for (const { id, hours } of health) {
    const expected = countPast(
      past.filter(({ webhook }) => WEBHOOKS[webhook] === id),
      from,
      HOUR,
    ).buckets;
    const tried = expected.filter(({ delivered, failed_attempts }) => delivered + failed_attempts > 0);
    const seen = hours.filter(({ delivered, failed_attempts }) => delivered + failed_attempts > 0);
    expect(seen.map((hour) => ({ ...hour, at: Date.parse(hour.at) })).toSorted((a, b) => a.at - b.at)).toEqual(
      tried.map(({ at, delivered, failed_attempts }) => ({ at, delivered, failed_attempts })),
    );
  }
  const struggling = await inSnapshot(pool, (client) => findStruggling(client, new Date(Date.now() - HOUR), WEBHOOKS));
  const since = Math.floor((Date.now() - HOUR) / (5 * MINUTE)) * 5 * MINUTE;
  expect(struggling.toSorted()).toEqual(findFailing(past, since));
}

/** The webhooks with failed attempts, the most first. */
function rankFailing(past: PastDelivery[], from: number) {
  const ended = past.filter(({ endedAt }) => endedAt >= from);
  return WEBHOOKS.map((id, webhook) => {
    const attempts = ended.filter((one) => one.webhook === webhook);
    return { id, failed_attempts: attempts.filter(({ delivered }) => !delivered).length, attempts: attempts.length };
  })
    .filter((one) => one.failed_attempts > 0)
    .toSorted((a, b) => b.failed_attempts - a.failed_attempts || a.id.localeCompare(b.id));
}

function countPast(past: PastDelivery[], from: number, bucketMs: number) {
  const buckets = new Map<
    number,
    Record<'at' | 'accepted' | 'delivered' | 'failed' | 'cancelled' | 'failed_attempts', number>
  >();
  const times = new Map<number, number>();
  const bucketOf = (moment: number) => {
    const at = Math.floor(moment / bucketMs) * bucketMs;
    const empty = { at, accepted: 0, delivered: 0, failed: 0, cancelled: 0, failed_attempts: 0 };
    return buckets.get(at) ?? (buckets.set(at, empty), empty);
  };
  for (const { acceptedAt, endedAt, delivered } of past) {
    if (acceptedAt >= from) bucketOf(acceptedAt).accepted++;
    if (endedAt < from) continue;
    if (delivered) {
      bucketOf(endedAt).delivered++;
      const time = Math.floor(Math.log(endedAt - acceptedAt) / Math.log(1.1));
      times.set(time, (times.get(time) ?? 0) + 1);
    } else {
      bucketOf(endedAt).failed++;
      bucketOf(endedAt).failed_attempts++;
    }
  }
  return {
    buckets: [...buckets.values()].toSorted((a, b) => a.at - b.at),
    times: [...times].map(([bucket, deliveries]) => ({ bucket, deliveries })).toSorted((a, b) => a.bucket - b.bucket),
  };
}

function findFailing(past: PastDelivery[], from: number): string[] {
  return WEBHOOKS.filter((_, webhook) => {
    const ended = past.filter((one) => one.webhook === webhook && one.endedAt >= from);
    const failed = ended.filter((one) => !one.delivered).length;
    return failed > 0 && failed * 5 >= ended.length;
  });
}
