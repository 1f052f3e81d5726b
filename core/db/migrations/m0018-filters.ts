import { Migration } from '@mikro-orm/migrations';

/** Webhooks' filters. They reach the subscriptions by the trigger that keeps these in step with the webhooks. */
export class M0018Filters extends Migration {
  override up(): void {
    this.addSql(COLUMNS);
    this.addSql(FUNCTION);
    this.addSql(TRIGGER);
  }
}

const COLUMNS = `
alter table webhooks add column filter text, add column filter_path jsonpath;
comment on column webhooks.filter is 'as JSON, with every digit; null: none';
comment on column webhooks.filter_path is 'the filter, to be matched with an event''s body';
alter table subscriptions add column filter jsonpath;
comment on column subscriptions.filter is 'webhooks.filter_path';
create index subscriptions_filtered on subscriptions (platform, org_id, event_type) where filter is not null;`;

const FUNCTION = `
create or replace function posthorn_subscribe() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    delete from subscriptions where webhook_id = old.id;
  end if;
  if tg_op <> 'DELETE' and new.active and new.deleted_at is null then
    insert into subscriptions (platform, org_id, event_type, webhook_id, filter)
    select new.platform, new.org_id, event_type, new.id, new.filter_path
    from (select distinct event_type from unnest(new.events) as t(event_type)) types;
  end if;
  return null;
end $$;`;

const TRIGGER = `
drop trigger webhooks_subscribe on webhooks;
create trigger webhooks_subscribe
after insert or delete or update of platform, org_id, events, active, deleted_at, filter_path on webhooks
for each row execute function posthorn_subscribe();`;
