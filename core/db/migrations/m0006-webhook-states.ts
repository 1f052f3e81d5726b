import { Migration } from '@mikro-orm/migrations';

/** A change of a webhook's state that its deliveries have yet to follow, and webhooks that are paused for failing. */
export class M0006WebhookStates extends Migration {
  override up(): void {
    this.addSql(SETTLING);
    this.addSql(AUTO_PAUSE);
  }
}

const SETTLING = `
alter table webhooks add column settling text;
create index webhooks_settling on webhooks (id) where settling is not null;
comment on column webhooks.settling is
  'its deliveries have yet to follow its state: begun, or last-look while statements may run that saw the state before; null: they do';`;

const AUTO_PAUSE = `
alter table webhooks add column paused_reason text;
alter table last_failures add column failing_since timestamptz, add column failures integer not null default 0;
comment on column last_failures.failing_since is 'the first failure since the last success; null: none';
comment on column last_failures.failures is 'failed attempts since the last success';`;
