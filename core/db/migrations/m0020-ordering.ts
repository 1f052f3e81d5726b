import { Migration } from '@mikro-orm/migrations';

/**
 * Ordered delivery: of the deliveries of a webhook with one key, the first in line may be due, the others wait with `due_at` infinity. Two
 * triggers on the outbox keep that so, whichever statement queues or ends a delivery. One advisory lock, held until the commit, serializes
 * them; rows without a key do not call them.
 */
export class M0020Ordering extends Migration {
  override up(): void {
    this.addSql(COLUMNS);
    this.addSql(ENQUEUE);
    this.addSql(RELEASE);
    this.addSql(SUBSCRIBE);
  }
}

const COLUMNS = `
alter table deliveries add column order_key bigint;
comment on column deliveries.order_key is 'a hash of the value that its webhook orders by; null: not ordered';
alter table outbox add column order_key bigint, add column order_place bigint;
comment on column outbox.order_place is 'its place among those of its webhook with the same order_key';
create sequence outbox_order_places;
create index outbox_ordered on outbox (webhook_id, order_key, order_place) where order_key is not null;
alter table subscriptions add column order_path text[];
comment on column subscriptions.order_path is 'where the value is in the body that deliveries are ordered by; null: not ordered';
drop index subscriptions_filtered;
create index subscriptions_by_body on subscriptions (platform, org_id, event_type)
  where filter is not null or order_path is not null;
create function posthorn_lock_order() returns void language sql as $$ select pg_advisory_xact_lock(8087412) $$;`;

const ENQUEUE = `
create function posthorn_enqueue_ordered() returns trigger language plpgsql as $$
begin
  perform posthorn_lock_order();
  new.order_place := nextval('outbox_order_places');
  if new.due_at is not null
    and exists (select from outbox where webhook_id = new.webhook_id and order_key = new.order_key)
  then
    new.due_at := 'infinity';
  end if;
  return new;
end $$;
create trigger outbox_enqueue_ordered before insert on outbox
for each row when (new.order_key is not null) execute function posthorn_enqueue_ordered();`;

const RELEASE = `
create function posthorn_release_next() returns trigger language plpgsql as $$
begin
  perform posthorn_lock_order();
  update outbox set due_at = clock_timestamp(), next_attempt_at = clock_timestamp()
  where due_at = 'infinity' and ctid = (
    select ctid from outbox where webhook_id = old.webhook_id and order_key = old.order_key order by order_place limit 1
  );
  if found then
    perform pg_notify('posthorn_due', '1');
  end if;
  return null;
end $$;
create trigger outbox_release_next after delete on outbox
for each row when (old.order_key is not null) execute function posthorn_release_next();`;

const SUBSCRIBE = `
create or replace function posthorn_subscribe() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    delete from subscriptions where webhook_id = old.id;
  end if;
  if tg_op <> 'DELETE' and new.active and new.deleted_at is null then
    insert into subscriptions (platform, org_id, event_type, webhook_id, filter, order_path)
    select new.platform, new.org_id, event_type, new.id, new.filter_path,
      string_to_array(new.options -> 'ordering' ->> 'key', '.')
    from (select distinct event_type from unnest(new.events) as t(event_type)) types;
  end if;
  return null;
end $$;
drop trigger webhooks_subscribe on webhooks;
create trigger webhooks_subscribe
after insert or delete or update of platform, org_id, events, active, deleted_at, filter_path, options on webhooks
for each row execute function posthorn_subscribe();`;
