import { hash } from 'node:crypto';
import type pg from 'pg';
import { COARSE, FINE, MIDDLE, spanOf, SUMS, type SpanLevel } from './outcome-spans.ts';

/** Something that happened to a delivery in the past, and is stored now. */
export interface EarlierOutcome {
  at: Date;
  webhookId: string;
  platform: string;
  kind: (typeof SUMS)[number];
}

const LEVELS = [FINE, MIDDLE, COARSE];

type EdgeRow = Record<`${SpanLevel['edge']}` | `${SpanLevel['edge']}_kept`, number>;

/**
 * Lets the counting begin where it would, if it has not yet: at the oldest delivery, or now. To be called before the first older delivery is
 * stored; otherwise the rollup would count from there on, hour by hour.
 */
export async function beginCounting(client: pg.ClientBase): Promise<void> {
  await client.query(BEGIN);
}

/**
 * Counts what is stored by the same transaction and happened before what the rollup will look at. Call it last: the rollup of all workers waits
 * until the commit.
 */
export async function countEarlier(client: pg.ClientBase, outcomes: readonly EarlierOutcome[]): Promise<void> {
  const { rows } = await client.query<EdgeRow>(EDGES);
  const edges = rows[0]!;
  const counted = new Map<string, { span: number; at: number; subject: string; sums: number[] }>();
  for (const { at, webhookId, platform, kind } of outcomes) {
    const ms = at.getTime();
    for (const { span, edge } of LEVELS) {
      if (ms >= edges[edge] || ms < edges[`${edge}_kept`]) continue;
      const begin = Math.floor(ms / (span * 1000)) * span;
      for (const subject of [webhookId, hash('md5', platform)]) {
        const key = `${span} ${begin} ${subject}`;
        const row = counted.get(key) ?? { span, at: begin, subject, sums: SUMS.map(() => 0) };
        row.sums[SUMS.indexOf(kind)]!++;
        counted.set(key, row);
      }
    }
  }
  if (counted.size === 0) return;
  const all = [...counted.values()];
  const columns = [all.map(({ span }) => span), all.map(({ at }) => at), all.map(({ subject }) => subject)];
  await client.query({ ...ADD, values: [...columns, ...SUMS.map((_, index) => all.map(({ sums }) => sums[index]))] });
}

/** As the rollup begins (outcomes.ts), with all levels at the same place. */
const BEGIN = `
  with begin as (
    select coalesce(
      (select ${spanOf('created_at', FINE.span)} from deliveries order by id limit 1), ${spanOf('now()', FINE.span)}
    ) as begun
  )
  update rollup set done_until = begun, middle_until = ${spanOf('begun', MIDDLE.span)}, coarse_until = ${spanOf('begun', COARSE.span)}
  from begin where done_until is null`;

const ms = (time: string) => `coalesce(extract(epoch from ${time})::float8 * 1000, 0)`;

const EDGES = `
  select ${LEVELS.map(({ edge, kept }) => `${ms(edge)} as ${edge}, ${ms(`now() - interval '${kept}'`)} as ${edge}_kept`).join(', ')}
  from rollup for update`;

const ADD = {
  name: 'count-earlier',
  text: `
insert into outcomes as o (span, at, subject, ${SUMS.join(', ')})
select t.span, to_timestamp(t.at), t.subject::uuid, ${SUMS.map((name) => `t.${name}`).join(', ')}
from unnest($1::int[], $2::float8[], $3::text[], ${SUMS.map((_, index) => `$${index + 4}::int[]`).join(', ')})
  as t(span, at, subject, ${SUMS.join(', ')})
on conflict (span, at, subject) do update set ${SUMS.map((name) => `${name} = o.${name} + excluded.${name}`).join(', ')}`,
};
