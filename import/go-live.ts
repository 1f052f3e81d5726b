import type pg from 'pg';
import { createOrm } from '../core/db/orm.ts';
import { writeAuditEntry } from '../core/db/audit.ts';
import { inTransaction } from '../core/db/transaction.ts';
import { resumeWebhook } from '../delivery/pause/webhook-state.ts';
import { askToGoOn } from './ask.ts';
import { EXIT, type Job } from './job.ts';
import { identify, readOld } from './compare.ts';
import { ComparedDeliveries } from './differences.ts';
import { format } from './report.ts';
import { ImportError } from './sources/source.ts';
import { IMPORTER, SHADOW } from './store/known-webhooks.ts';
import { connectTarget, lockImports } from './store/target-database.ts';

const PAGE = 1_000;
/** Deliveries of the old system; each takes about 200 bytes. */
const MOST = 2_000_000;

/** When the oldest delivery was accepted that webhooks hold for the comparison. @throws ImportError if there are no such webhooks */
export async function findShadowBegin(databaseUrl: string): Promise<Date> {
  const client = await connectTarget(databaseUrl);
  try {
    const { rows } = await client.query<{ webhooks: number; begin: Date | null }>(BEGIN, [SHADOW]);
    const { webhooks, begin } = rows[0]!;
    if (webhooks === 0) throw new ImportError('no webhook is paused for a comparison: there is nothing to do');
    return begin ?? new Date();
  } finally {
    await client.end();
  }
}

/**
 * Ends a parallel run: what the old system had too is cancelled here, and the webhooks are resumed, so that what only Posthorn has goes out, also
 * what was taken over. Returns the exit code.
 */
export async function goLive({ source, config, options, now, io }: Job): Promise<number> {
  await source.survey();
  const client = await connectTarget(config.databaseUrl);
  try {
    if (!options.dryRun) await lockImports(client);
    const compared = new ComparedDeliveries(MOST);
    const imported = await readOld(client, { source, options, now, compared, atEdge: () => false });
    const held = await findHeld(client, imported, compared);
    const { rows: webhooks } = await client.query<Shadowed>(SHADOWED, [SHADOW]);
    const summary = { webhooks: webhooks.length, cancelled: held.copies.length, sent: held.own };
    const describe = `${format(summary.webhooks)} webhooks are resumed: ${format(summary.sent)} of their held deliveries go out, ${format(summary.cancelled)} are cancelled, because the old system had them`;
    io.stderr.write(`${describe}.\n`);
    if (!options.dryRun) {
      if (!(await askToGoOn('Go live?', options, io))) return EXIT.failed;
      for (let at = 0; at < held.copies.length; at += PAGE)
        await client.query(CANCEL, [held.copies.slice(at, at + PAGE)]);
      await resumeAll(config.databaseUrl, webhooks);
    }
    if (options.json) io.stdout.write(`${JSON.stringify(summary)}\n`);
    return EXIT.ok;
  } finally {
    await client.end();
  }
}

interface Held {
  /** Deliveries that the old system had too. */
  copies: string[];
  own: number;
}

async function findHeld(
  client: pg.ClientBase,
  imported: ReadonlySet<string>,
  compared: ComparedDeliveries,
): Promise<Held> {
  const held: Held = { copies: [], own: 0 };
  const nowhere = '00000000-0000-0000-0000-000000000000';
  for (let after = nowhere; ;) {
    const { rows } = await client.query<HeldRow>({ ...HELD, values: [after, PAGE, SHADOW] });
    for (const { id, webhook_id: webhook, event_type: type, body, resumed } of rows) {
      const side = { ...identify(webhook, type, body), status: 'held', id, atEdge: false };
      if (!imported.has(id) && compared.addPosthorn(side)) held.copies.push(id);
      else if (resumed) held.own++;
    }
    if (rows.length < PAGE) return held;
    after = rows.at(-1)!.id;
  }
}

async function resumeAll(databaseUrl: string, webhooks: readonly Shadowed[]): Promise<void> {
  const orm = await createOrm(databaseUrl);
  try {
    for (const { id, platform, org_id: orgId } of webhooks) {
      await inTransaction(orm, async ({ em, execute }) => {
        await resumeWebhook(execute, id);
        writeAuditEntry(em, { actor: IMPORTER, action: 'webhook.resumed', platform, orgId, subjectId: id });
      });
    }
  } finally {
    await orm.close();
  }
}

interface HeldRow {
  id: string;
  webhook_id: string;
  event_type: string;
  body: string;
  /** Its webhook is about to be resumed. */
  resumed: boolean;
}

interface Shadowed {
  id: string;
  platform: string;
  org_id: string;
}

const SHADOWED = `
  select id, platform, org_id from webhooks where paused_at is not null and paused_reason = $1 and deleted_at is null order by id`;

/** Also those that are paused for another reason, such as a URL that is refused: they hold copies, too. */
const IMPORTED = `
  select w.id, w.paused_reason from webhooks w where w.paused_at is not null and w.deleted_at is null
    and exists (select from audit_log where subject_id = w.id and action = 'webhook.imported')`;

const BEGIN = `
  select count(*) filter (where w.paused_reason = $1)::int as webhooks, min(d.created_at) as begin
  from (${IMPORTED}) w
  left join lateral (select delivery_id from outbox where webhook_id = w.id order by delivery_id limit 1) o on true
  left join deliveries d on d.id = o.delivery_id`;

const HELD = {
  name: 'import-held',
  text: `
select o.delivery_id as id, o.webhook_id, d.event_type, e.body, w.paused_reason = $3 as resumed
from outbox o join (${IMPORTED}) w on w.id = o.webhook_id
cross join lateral (select * from deliveries where id = o.delivery_id offset 0) d
cross join lateral (select body from events where id = o.event_id offset 0) e
where o.delivery_id > $1::uuid
order by o.delivery_id limit $2`,
};

const CANCEL = `
  with ended as (
    delete from outbox where delivery_id = any($1::uuid[]) and due_at is null and claimed_by is null returning delivery_id
  )
  update deliveries d set status = 'cancelled', failed_at = now(), next_attempt_at = null, updated_at = now(),
    error_message = 'the old system had it too'
  from ended where d.id = ended.delivery_id`;
