import { UUID } from 'uuidv7';
import type { System } from '../system.ts';

const DAY_MS = 24 * 60 * 60_000;
const MINUTE_MS = 60_000;
/** Minutes from the first attempt to each attempt of the default schedule. */
const SCHEDULE = [0, 2, 6, 14, 30, 62];

interface Past {
  /** The number of deliveries, spread over the last day with a peak in office hours. */
  count: number;
  /** The share that fails permanently. The same share is delivered on the second attempt. */
  failing: number;
}

interface Owner {
  id: string;
  platform: string;
  org_id: string;
  events: string[];
}

/** Writes made-up past deliveries of a webhook into the database. */
export async function writePast(system: System, webhookId: string, past: Past): Promise<void> {
  const [owner] = await system.sql('select id, platform, org_id, events from webhooks where id = $1', [webhookId]);
  const deliveries = Array.from({ length: past.count }, (_, index) =>
    describe(owner as unknown as Owner, index, past, Date.now()),
  );
  for (const table of ['events', 'deliveries', 'attempts'] as const) {
    const rows = deliveries.flatMap<unknown>((each) => each[table]);
    await system.sql(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
      JSON.stringify(rows),
    ]);
  }
}

/** Recomputes the counts of the overview from all past deliveries. */
export async function recountPast(system: System): Promise<void> {
  await system.sql('truncate outcomes, last_failures');
  await system.sql('update rollup set done_until = null, middle_until = null, coarse_until = null');
}

function describe(owner: Owner, index: number, { count, failing }: Past, now: number) {
  const part = (index + 0.5) / count;
  const at = Math.round(now - DAY_MS * (1 - part - 0.04 * Math.sin(4 * Math.PI * part)));
  const chance = spread(index);
  const attempts = [
    { most: failing, number: SCHEDULE.length },
    { most: 2 * failing, number: 2 },
  ].find(({ most, number }) => chance < most && at + SCHEDULE[number - 1]! * MINUTE_MS < now - MINUTE_MS)?.number;
  return writeRows(owner, index, at, attempts ?? 1);
}

function writeRows({ id: webhook_id, platform, org_id, events }: Owner, index: number, at: number, tries: number) {
  const [id, event_id] = [makeId(at), makeId(at)];
  const event_type = events[index % events.length]!;
  const lost = tries === SCHEDULE.length;
  const attempts = SCHEDULE.slice(0, tries).map((minutes, number) => {
    const delivered = !lost && number === tries - 1;
    return {
      delivery_id: id,
      id: makeId(at + minutes * MINUTE_MS),
      number: number + 1,
      trigger: 'automatic',
      started_at: timeOf(at + minutes * MINUTE_MS + 4),
      duration_ms: Math.round(20 + 180 * spread(index * 7 + number)),
      status_code: delivered ? 200 : 503,
      response_headers: {},
      response_body: '',
      error_message: delivered ? null : 'status 503',
    };
  });
  const last = attempts.at(-1)!;
  const ended = timeOf(Date.parse(last.started_at) + last.duration_ms);
  const created_at = timeOf(at);
  const body = JSON.stringify({ event: event_type, timestamp: created_at, data: { id: String(1000 + index) } });
  const { status_code, error_message, id: last_attempt_id } = last;
  const outcome = {
    status: lost ? 'failed' : 'delivered',
    attempts: tries,
    status_code,
    error_message,
    last_attempt_id,
  };
  const times = { delivered_at: lost ? null : ended, failed_at: lost ? ended : null, created_at, updated_at: ended };
  const delivery = { id, event_id, webhook_id, platform, org_id, event_type, max_attempts: 6, ...outcome, ...times };
  return {
    attempts,
    deliveries: [delivery],
    events: [{ id: event_id, platform, org_id, event_type, body, created_at }],
  };
}

/** A pseudo-random number from 0 to 1, the same for the same input. */
function spread(number: number): number {
  const scattered = Math.sin(number * 12.9898 + 4.1) * 43_758.5453;
  return scattered - Math.floor(scattered);
}

function makeId(ms: number): string {
  const random = (most: number) => Math.floor(Math.random() * most);
  return UUID.fromFieldsV7(ms, random(0xfff), random(0x3fffffff), random(0xffffffff)).toString();
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
