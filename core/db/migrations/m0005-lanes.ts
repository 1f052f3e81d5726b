import { Migration } from '@mikro-orm/migrations';

/** What keeps webhooks apart: limits of each, an index to claim of each, and what workers say of those they hold back. */
export class M0005Lanes extends Migration {
  override up(): void {
    this.addSql(LIMITS);
    this.addSql(INDEX);
    this.addSql(LANES);
  }
}

const LIMITS = `
alter table webhooks add column concurrency smallint not null default 100, add column rate_limit double precision;
comment on column webhooks.concurrency is 'attempts at once, in each worker process';
comment on column webhooks.rate_limit is 'attempts a second, over all workers; null: no limit';`;

const INDEX = `
create index outbox_due_by_webhook on outbox (webhook_id, due_at, delivery_id) where due_at is not null;`;

/** Unlogged: workers write it again every two seconds. */
const LANES = `
create unlogged table lanes (
  worker_id uuid not null references workers (id) on delete cascade,
  webhook_id uuid not null,
  state text not null,
  reason text not null,
  since timestamptz not null,
  concurrency integer not null,
  concurrency_limit integer not null,
  in_flight integer not null,
  waiting integer not null,
  primary key (webhook_id, worker_id)
);
create index lanes_by_worker on lanes (worker_id);
comment on table lanes is 'webhooks that a worker holds back, and why';
comment on column lanes.waiting is 'claimed by the worker and not begun';`;
