import { Migration } from '@mikro-orm/migrations';

/**
 * What waits for Temporal to take its workflow is a fact of PostgreSQL, so that it is found again after any crash or outage. It has a table of its
 * own, since a row of `outbox` costs five index entries when one of its indexed columns changes.
 */
export class M0009Handover extends Migration {
  override up(): void {
    this.addSql(HANDOVERS);
    this.addSql(REFUSALS);
  }
}

const HANDOVERS = `
create table handovers (
  delivery_id uuid primary key,
  workflow_id text not null,
  since timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 2000);
comment on table handovers is 'open deliveries whose workflow Temporal has yet to take';`;

const REFUSALS = `
alter table workers add column workflows_refused integer not null default 0, add column refusal text;
comment on column workers.refusal is 'what Temporal said when it last refused a workflow for good';`;
