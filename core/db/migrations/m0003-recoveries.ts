import { Migration } from '@mikro-orm/migrations';

/** Bulk recoveries, and on each delivery which of them made it due. */
export class M0003Recoveries extends Migration {
  override up(): void {
    this.addSql(RECOVERIES);
    this.addSql(DELIVERIES);
  }
}

const RECOVERIES = `
create table recoveries (
  id uuid primary key,
  platform text,
  org_id text,
  state text not null,
  filter jsonb not null,
  rate integer not null,
  matched integer not null,
  retried integer not null default 0,
  skipped jsonb not null default '{}',
  position uuid,
  created_by text not null,
  workflow_id text,
  revision integer not null default 1,
  told_revision integer not null default 0,
  told_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
create index recoveries_by_owner on recoveries (platform, org_id, id);
create index recoveries_open on recoveries (id) where state in ('running', 'paused') or told_revision < revision;
comment on column recoveries.platform is 'null: every platform';
comment on column recoveries.org_id is 'null: every organization; empty: a platform without organizations';
comment on column recoveries.skipped is 'how many were left out, by reason';
comment on column recoveries.position is 'the last delivery that was looked at; they are taken in the order of their ids';
comment on column recoveries.revision is 'goes up with every start, pause, resume, cancel and change of rate';
comment on column recoveries.told_revision is 'the last revision that the workflow was told of';`;

/** The index serves recoveries over several owners; like the one by owner, it has no column that a success changes. */
const DELIVERIES = `
alter table deliveries add column recoveries jsonb;
create index deliveries_unsuccessful_by_id on deliveries (id) where failed_at is not null;
comment on column deliveries.recoveries is 'the bulk recoveries that made it due: [{id, at}]';`;
