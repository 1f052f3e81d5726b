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

/**
 * The CTEs `happened`, with what is not counted yet, and `outcome`, with everything from `from` until `to`. Each moment comes from the rows with the
 * longest span that cover it, of at most `longest` seconds. `from` is the begin of such a span. `outcome` is not materialized, so that conditions
 * on it reach the indexes.
 */
export function outcomesOf(edges: Edges, from: Date, to: Date, longest: number): string {
  const parts: string[] = [];
  let since = from;
  for (const { span, edge } of [COARSE, MIDDLE, FINE]) {
    const until = edges[edge];
    if (span > longest || until === null || until <= since) continue;
    parts.push(
      `select at, webhook_id, ${SUMS.join(', ')}, buckets, counts from outcomes
      where span = ${span} and at >= ${literal(since)} and at < ${literal(until)}`,
    );
    since = until;
  }
  parts.push(
    `select at, webhook_id, ${SUMS.join(', ')},
      case when ms is not null then array[${BUCKET}::smallint] end,
      case when ms is not null then array[1] end
    from happened`,
  );
  return `${happened(since, to)}, outcome (at, webhook_id, ${SUMS.join(', ')}, buckets, counts) as not materialized (
    ${parts.join('\n    union all\n    ')}
  )`;
}
