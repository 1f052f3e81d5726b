import { Migration } from '@mikro-orm/migrations';

/**
 * Ordered delivery: of the deliveries of a webhook with one key, the first in line may be due, the others wait with `due_at` infinity. Two
 * triggers on the outbox keep that so, whichever statement queues or ends a delivery; rows without a key do not call them. An advisory lock of
 * the webhook, held until the commit, lets the later of two statements see what the earlier did. Statements carry the deliveries of many
 * webhooks, so none waits long for it: without the lock, a row waits, and `line_checks` names its line for a check a moment later.
 */
export class M0020Ordering extends Migration {
  override up(): void {
    this.addSql(COLUMNS);
    this.addSql(LOCKS);
    this.addSql(RELEASE_LINE);
    this.addSql(ENQUEUE);
    this.addSql(END);
    this.addSql(CHECK);
    this.addSql(SUBSCRIBE);
  }
}

const COLUMNS = `
alter table deliveries add column order_key bigint;
comment on column deliveries.order_key is 'a hash of the value that its webhook orders by; null: not ordered';
alter table outbox add column order_key bigint, add column order_place bigint;
comment on column outbox.order_place is 'its place among those of its webhook with the same order_key';
create sequence outbox_order_places;
create index outbox_lines on outbox (webhook_id, order_key, order_place) where order_key is not null;
create index outbox_lines_due on outbox (webhook_id, order_key) where order_key is not null and due_at < 'infinity';
create table line_checks (
  webhook_id uuid not null,
  order_key bigint not null
);
comment on table line_checks is 'lines whose first delivery may have to be made due';
alter table subscriptions add column order_path text[];
comment on column subscriptions.order_path is 'where the value is in the body that deliveries are ordered by; null: not ordered';
drop index subscriptions_filtered;
create index subscriptions_by_body on subscriptions (platform, org_id, event_type)
  where filter is not null or order_path is not null;`;

/** The second waits 50 ms at most, once in a transaction. */
const LOCKS = `
create function posthorn_lock_order(webhook_id uuid) returns void language sql as $$
  select pg_advisory_xact_lock(8087412, hashtext(webhook_id::text))
$$;
create function posthorn_try_lock_order(webhook_id uuid) returns boolean language plpgsql as $$
declare
  patience text := current_setting('lock_timeout');
begin
  if pg_try_advisory_xact_lock(8087412, hashtext(webhook_id::text)) then
    return true;
  end if;
  if current_setting('posthorn.lines_busy', true) = 'yes' then
    return false;
  end if;
  begin
    perform set_config('lock_timeout', '50ms', true);
    perform posthorn_lock_order(webhook_id);
    perform set_config('lock_timeout', patience, true);
    return true;
  exception when lock_not_available then
    perform set_config('posthorn.lines_busy', 'yes', true);
    return false;
  end;
end $$;`;

/** Under the lock. A row that was queued without it may have an earlier place than one that is due already. */
const RELEASE_LINE = `
create function posthorn_release_line(webhook uuid, key bigint) returns void language plpgsql as $$
begin
  update outbox set due_at = clock_timestamp(), next_attempt_at = clock_timestamp()
  where due_at = 'infinity'
    and ctid = (select ctid from outbox where webhook_id = webhook and order_key = key order by order_place limit 1)
    and not exists (select from outbox where webhook_id = webhook and order_key = key and due_at < 'infinity');
  if found then
    perform pg_notify('posthorn_due', '1');
  end if;
end $$;`;

const ENQUEUE = `
create function posthorn_enqueue_ordered() returns trigger language plpgsql as $$
begin
  new.order_place := nextval('outbox_order_places');
  if new.due_at is null then
    return new;
  end if;
  if not posthorn_try_lock_order(new.webhook_id) then
    insert into line_checks (webhook_id, order_key) values (new.webhook_id, new.order_key);
    new.due_at := 'infinity';
  elsif exists (select from outbox where webhook_id = new.webhook_id and order_key = new.order_key) then
    new.due_at := 'infinity';
  end if;
  return new;
end $$;
create trigger outbox_enqueue_ordered before insert on outbox
for each row when (new.order_key is not null) execute function posthorn_enqueue_ordered();`;

const END = `
create function posthorn_end_ordered() returns trigger language plpgsql as $$
begin
  if posthorn_try_lock_order(old.webhook_id) then
    perform posthorn_release_line(old.webhook_id, old.order_key);
  else
    insert into line_checks (webhook_id, order_key) values (old.webhook_id, old.order_key);
  end if;
  return null;
end $$;
create trigger outbox_end_ordered after delete on outbox
for each row when (old.order_key is not null) execute function posthorn_end_ordered();`;

const CHECK = `
create function posthorn_check_lines() returns void language plpgsql as $$
declare
  webhook uuid;
  key bigint;
begin
  for webhook in select distinct webhook_id from line_checks loop
    if pg_try_advisory_xact_lock(8087412, hashtext(webhook::text)) then
      for key in delete from line_checks where webhook_id = webhook returning order_key loop
        perform posthorn_release_line(webhook, key);
      end loop;
    end if;
  end loop;
end $$;`;

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
