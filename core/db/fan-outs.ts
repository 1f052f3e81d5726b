import type pg from 'pg';
import type { Emission } from './emission.ts';

/** Webhooks of one event that are worth remembering. */
const MANY_WEBHOOKS = 500;
const MOST_REMEMBERED = 1_000;

/** How many webhooks get an event: what storing it costs. All emissions of a request have the same owner. */
export class FanOuts {
  private readonly pool: pg.Pool;
  private readonly large = new Map<string, number>();

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** The deliveries that a request makes at least, by what was seen so far. */
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

  /** The webhooks of each. */
  async count(emissions: Emission[]): Promise<number[]> {
    const { platform, orgId } = emissions[0]!;
    const types = [...new Set(emissions.map(({ eventType }) => eventType))];
    const { rows } = await this.pool.query<{ event_type: string; webhooks: number }>({
      ...COUNT,
      values: [platform, orgId, types],
    });
    const counts = new Map(rows.map((row) => [row.event_type, row.webhooks]));
    for (const emission of emissions) this.note(emission, counts.get(emission.eventType) ?? 0);
    return emissions.map(({ eventType }) => counts.get(eventType) ?? 0);
  }
}

function nameOf({ platform, orgId, eventType }: Emission): string {
  return `${platform}\n${orgId}\n${eventType}`;
}

const COUNT = {
  name: 'fan-outs',
  text: `
select event_type, count(*)::int as webhooks from subscriptions
where platform = $1 and org_id = $2 and event_type = any($3::text[]) group by event_type`,
};
