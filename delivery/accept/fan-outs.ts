import type pg from 'pg';
import type { Emission } from './emission.ts';

/** Events with fewer webhooks are not remembered. */
const MANY_WEBHOOKS = 500;
const MOST_REMEMBERED = 1_000;
/** Matching so many filters costs about as much as storing one delivery. */
const FILTERS_PER_DELIVERY = 5;

/** Counts the webhooks that an event goes to, which determines the cost of storing it. */
export class FanOuts {
  private readonly pool: pg.Pool;
  private readonly large = new Map<string, number>();

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** A lower bound of a request's deliveries, from earlier counts. */
  seen(emissions: Emission[]): number {
    if (this.large.size === 0) return 0;
    return emissions.reduce((sum, emission) => sum + (this.large.get(nameOf(emission)) ?? 0), 0);
  }

  note(emission: Emission, webhooks: number): void {
    if (webhooks < MANY_WEBHOOKS && this.large.size === 0) return;
    const name = nameOf(emission);
    this.large.delete(name);
    if (webhooks < MANY_WEBHOOKS) return;
    const [oldest] = this.large.keys();
    if (this.large.size >= MOST_REMEMBERED && oldest !== undefined) this.large.delete(oldest);
    this.large.set(name, webhooks);
  }

  /** The number of webhooks of each event. One with a filter, which may not match, counts as a fraction. */
  async count(emissions: Emission[]): Promise<number[]> {
    const kinds = [...new Map(emissions.map((emission) => [nameOf(emission), emission])).values()];
    const values = [
      kinds.map(({ platform }) => platform),
      kinds.map(({ orgId }) => orgId),
      kinds.map(({ eventType }) => eventType),
    ];
    const { rows } = await this.pool.query<{ webhooks: number }>({ ...COUNT, values });
    const counts = new Map(kinds.map((kind, index) => [nameOf(kind), rows[index]!.webhooks]));
    for (const kind of kinds) this.note(kind, counts.get(nameOf(kind))!);
    return emissions.map((emission) => counts.get(nameOf(emission))!);
  }
}

function nameOf({ platform, orgId, eventType }: Emission): string {
  return `${platform}\n${orgId}\n${eventType}`;
}

const COUNT = {
  name: 'fan-outs',
  text: `
select (
  select (count(*) - count(s.filter) + ceil(count(s.filter) / ${FILTERS_PER_DELIVERY}.0))::int from subscriptions s
  where s.platform = t.platform and s.org_id = t.org_id and s.event_type = t.event_type
) as webhooks
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as t(platform, org_id, event_type, place) order by place`,
};
