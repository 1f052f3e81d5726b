/** The rows of `outcomes` whose spans have one length. */
export interface SpanLevel {
  /** Seconds that one row stands for. */
  span: number;
  /** The column of `rollup` that says until when there are such rows. */
  edge: 'done_until' | 'middle_until' | 'coarse_until';
  kept: string;
}

/**
 * When a span is over, its rows are made from the rows of the shorter spans in it. Each level is kept a little longer than the longest range that is read
 * from it.
 */
export const FINE: SpanLevel = { span: 30, edge: 'done_until', kept: '90 minutes' };
export const MIDDLE: SpanLevel = { span: 300, edge: 'middle_until', kept: '25 hours' };
export const COARSE: SpanLevel = { span: 3600, edge: 'coarse_until', kept: '32 days' };

/** The begin of the span that a moment is in. */
export function spanOf(at: string, seconds: number): string {
  return `date_bin(interval '${seconds} seconds', ${at}, timestamptz 'epoch')`;
}

/** The `subject` of the rows that stand for all webhooks of a platform. The rows of a webhook have its id. */
export function platformSubject(platform: string): string {
  return `md5(${platform})::uuid`;
}

export const literal = (time: Date) => `timestamptz '${time.toISOString()}'`;

export const SUMS = ['accepted', 'delivered', 'failed', 'cancelled', 'failed_attempts'] as const;

export function sums(): string {
  return SUMS.map((name) => `sum(${name})::int as ${name}`).join(', ');
}

/** The columns that `wholeRows` fills. */
export const COLUMNS = `span, at, subject, ${SUMS.join(', ')}, buckets, counts`;

/**
 * The rows of `outcomes` that `parts` add up to. A part has `at`, `subject`, the sums, a latency `bucket` (or null) and the number of deliveries in
 * it (`times`). It has no join, because the planner does not know how many rows there are and may choose a nested loop.
 */
export function wholeRows({ span }: SpanLevel, parts: string): string {
  return `
  select ${span}, at, subject, ${sums()},
    array_agg(bucket order by bucket) filter (where bucket is not null),
    array_agg(times order by bucket) filter (where bucket is not null)
  from (
    select ${spanOf('at', span)} as at, subject, bucket, ${sums()}, sum(times)::int as times
    from (${parts}) part group by 1, 2, 3
  ) part group by at, subject`;
}
