import { Migration } from '@mikro-orm/migrations';

/**
 * What each owner's active webhooks are subscribed to, by event type, so that matching an event reads only the webhooks that it is
 * for. A trigger keeps it in step with `webhooks`, in the same transaction.
 */
export class M0008Subscriptions extends Migration {
  override up(): void {
    // Nobody registers a webhook between the fill and the trigger; emits go on.
    this.addSql('lock table webhooks in share row exclusive mode');
    this.addSql(TABLE);
    this.addSql(FUNCTION);
    this.addSql(TRIGGER);
    this.addSql(FILL);
  }
}

const TABLE = `
create table subscriptions (
  platform text not null,
  org_id text not null,
  event_type text not null,
  webhook_id uuid not null,
  primary key (platform, org_id, event_type, webhook_id)
);
create index subscriptions_by_webhook on subscriptions (webhook_id);
comment on table subscriptions is 'kept by a trigger on webhooks: the event types of each active webhook';`;

const FUNCTION = `
create function posthorn_subscribe() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    delete from subscriptions where webhook_id = old.id;
  end if;
  if tg_op <> 'DELETE' and new.active and new.deleted_at is null then
    insert into subscriptions (platform, org_id, event_type, webhook_id)
    select distinct new.platform, new.org_id, event_type, new.id from unnest(new.events) as t(event_type);
  end if;
  return null;
end $$;`;

const TRIGGER = `
create trigger webhooks_subscribe
after insert or delete or update of platform, org_id, events, active, deleted_at on webhooks
for each row execute function posthorn_subscribe();`;

const FILL = `
insert into subscriptions (platform, org_id, event_type, webhook_id)
select distinct w.platform, w.org_id, event_type, w.id from webhooks w cross join unnest(w.events) as t(event_type)
where w.active and w.deleted_at is null;`;
