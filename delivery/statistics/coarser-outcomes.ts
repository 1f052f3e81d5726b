import type { Execute } from '../../core/db/execute.ts';
import { COLUMNS, literal, spanOf, SUMS, wholeRows, type SpanLevel } from './outcome-spans.ts';

/** The spans that are over and have no coarser rows yet. */
const nextOf = (finer: SpanLevel, coarser: SpanLevel) => `
  with begin as (
    select ${finer.edge} as until, coalesce(
      ${coarser.edge},
      (select ${spanOf('at', coarser.span)} from outcomes where span = ${finer.span} order by at limit 1),
      ${spanOf(finer.edge, coarser.span)}
    ) as begun from rollup
  )
  select begun, ${spanOf(`least(until, begun + ? * interval '1 second')`, coarser.span)} as until from begin`;

const coarsenOf = (finer: SpanLevel, coarser: SpanLevel, from: Date, until: Date) => {
  const within = `span = ${finer.span} and at >= ${literal(from)} and at < ${literal(until)}`;
  const parts = `
    select at, subject, ${SUMS.join(', ')}, null::smallint as bucket, 0 as times from outcomes where ${within}
    union all
    select at, subject, ${SUMS.map(() => 0).join(', ')}, bucket, times
    from outcomes cross join unnest(buckets, counts) as time (bucket, times) where ${within}`;
  return `
with coarser as (
  insert into outcomes (${COLUMNS}) ${wholeRows(coarser, parts)}
  on conflict do nothing
)
update rollup set ${coarser.edge} = ${literal(until)}`;
};

/** Makes the coarser rows of the spans that are over, of about `seconds` at most, and at least of one. */
export async function coarsen(execute: Execute, finer: SpanLevel, coarser: SpanLevel, seconds: number): Promise<void> {
  const [next] = await execute(nextOf(finer, coarser), [Math.max(seconds, coarser.span)]);
  const { begun, until } = next as { begun: string; until: string };
  const range = { from: new Date(begun), until: new Date(until) };
  if (range.until > range.from) await execute(coarsenOf(finer, coarser, range.from, range.until));
}
