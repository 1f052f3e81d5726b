import { Migration } from '@mikro-orm/migrations';

/** The field's terms for how a webhook's deliveries follow its state. */
export class M0013WebhookOptions extends Migration {
  override up(): void {
    this.addSql(PROPAGATING);
  }
}

const PROPAGATING = `
alter table webhooks rename column settling to propagating;
alter index webhooks_settling rename to webhooks_propagating;
comment on column webhooks.propagating is
  'its state has yet to reach its deliveries: begun, or last-look while statements may run that saw the state before; null: it has';`;
