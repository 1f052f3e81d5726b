import { Migration } from '@mikro-orm/migrations';

/** Webhooks whose failures an operational event told of, until their next success. */
export class M0016Unrecovered extends Migration {
  override up(): void {
    this.addSql(UNRECOVERED);
  }
}

const UNRECOVERED = `
create table unrecovered (
  webhook_id uuid primary key,
  since timestamptz not null default now()
);
comment on table unrecovered is 'webhooks whose next success is told by the operational event webhook.recovered';`;
