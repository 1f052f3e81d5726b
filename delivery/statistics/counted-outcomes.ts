import type pg from 'pg';
import { BUCKET, happened } from './outcomes.ts';
import { COARSE, FINE, literal, MIDDLE, SUMS, type SpanLevel } from './outcome-spans.ts';

/** Until when `outcomes` has the rows of each level; null: it has none. */
export type Edges = Record<SpanLevel['edge'], Date | null>;

/** To be run in the snapshot in which `outcomesOf` is read. */
export async function readEdges(client: pg.ClientBase): Promise<Edges> {
  const { rows } = await client.query<Edges>('select done_until, middle_until, coarse_until from rollup');
  return rows[0]!;
}

export interface OutcomeRange {
  /** The begin of a span of `longest` seconds. */
  from: Date;
  /** Exclusive. */
  to: Date;
  /** No row stands for more seconds. */
  longest: number;
}

/**
 * The CTEs `happened`, with what is not counted yet, and `outcome`, with everything in the range by webhook (`subject`). Each moment comes from the rows
 * with the longest span that cover it.
 */
export function outcomesOf(edges: Edges, range: OutcomeRange): string {
  const { parts, until } = countedParts(edges, range);
  return `${happened(until, range.to)}, ${outcomesAs('outcome', 'webhook_id', parts)}`;
}

/** A further CTE like `outcome`; `subject` says of whom a row of `happened` counts. */
export function moreOutcomesOf(name: string, subject: string, edges: Edges, range: OutcomeRange): string {
  return outcomesAs(name, subject, countedParts(edges, range).parts);
}

function countedParts(edges: Edges, { from, longest }: OutcomeRange) {
  const parts: string[] = [];
  let since = from;
  for (const { span, edge } of [COARSE, MIDDLE, FINE]) {
    const until = edges[edge];
    if (span > longest || until === null || until <= since) continue;
    parts.push(
      `select at, subject, ${SUMS.join(', ')}, buckets, counts from outcomes
      where span = ${span} and at >= ${literal(since)} and at < ${literal(until)}`,
    );
    since = until;
  }
  return { parts, until: since };
}

/** Not materialized, so that conditions on it reach the indexes. */
function outcomesAs(name: string, subject: string, counted: string[]): string {
  const recent = `select at, ${subject}, ${SUMS.join(', ')},
    case when ms is not null then array[${BUCKET}::smallint] end,
    case when ms is not null then array[1] end
  from happened`;
  return `${name} (at, subject, ${SUMS.join(', ')}, buckets, counts) as not materialized (
    ${[...counted, recent].join('\n    union all\n    ')}
  )`;
}
