import { Migration } from '@mikro-orm/migrations';

/** One column for all options of a webhook. And the field's term for how its state reaches its deliveries. */
export class M0013WebhookOptions extends Migration {
  override up(): void {
    this.addSql(OPTIONS);
    this.addSql(PROPAGATING);
  }
}

const PROPAGATING = `
alter table webhooks rename column settling to propagating;
alter index webhooks_settling rename to webhooks_propagating;
comment on column webhooks.propagating is
  'its state has yet to reach its deliveries: begun, or last-look while statements may run that saw the state before; null: it has';`;

const OPTIONS = `
alter table webhooks add column options jsonb not null default '{}';
comment on column webhooks.options is 'the options that were set; see core/options';
update webhooks set options = options || jsonb_build_object('retry_policy', jsonb_build_object(
    'maximum_attempts', max_attempts, 'initial_interval', round((initial_units * 60)::numeric, 6)::float8,
    'backoff_coefficient', coefficient))
  where (max_attempts, initial_units, coefficient) <> (6, 2, 2);
update webhooks set options = options || jsonb_build_object('limits', jsonb_build_object(
    'concurrency', concurrency, 'rate', rate_limit))
  where concurrency <> 100 or rate_limit is not null;
alter table webhooks drop column max_attempts, drop column initial_units, drop column coefficient,
  drop column concurrency, drop column rate_limit;`;
