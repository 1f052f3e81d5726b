import { Migration } from '@mikro-orm/migrations';

/** What waits for Temporal to take its workflow is a fact of the outbox, so that it is found again after any crash or outage. */
export class M0009Handover extends Migration {
  override up(): void {
    this.addSql(`
alter table outbox add column handover_since timestamptz;
create index outbox_handover on outbox (handover_since) where handover_since is not null;
comment on column outbox.handover_since is 'since when it waits for Temporal to take the workflow in workflow_id; null: it does not';
alter table workers add column workflows_refused integer not null default 0, add column refusal text;
comment on column workers.refusal is 'what Temporal said when it last refused a workflow for good';`);
  }
}
