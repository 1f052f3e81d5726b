import { Migration } from '@mikro-orm/migrations';

/**
 * What tells a process that it must not go on: that its master key is not the one that the stored secrets were sealed with. And what the
 * maintenance did last, or refused to do since a clock may be wrong.
 */
export class M0011Safeguards extends Migration {
  override up(): void {
    this.addSql(MASTER_KEY);
    this.addSql(MAINTENANCE);
  }
}

const MASTER_KEY = `
create table master_key_sample (
  only_one boolean primary key default true check (only_one),
  sealed bytea
);
comment on column master_key_sample.sealed is 'sealed with the master key at the first start; null: the next start may have any key';`;

const MAINTENANCE = `
create table maintenance (
  only_one boolean primary key default true check (only_one),
  done_at timestamptz,
  refusal text
);
comment on column maintenance.refusal is 'why it dropped nothing of what is past the retention; null: it did';
insert into maintenance default values;`;
