import { Migration } from '@mikro-orm/migrations';

/** What tells a process that it must not go on: here, that its master key is not the one that the stored secrets were sealed with. */
export class M0012Safeguards extends Migration {
  override up(): void {
    this.addSql(MASTER_KEY);
  }
}

const MASTER_KEY = `
create table master_key_sample (
  only_one boolean primary key default true check (only_one),
  sealed bytea
);
comment on column master_key_sample.sealed is 'sealed with the master key at the first start; null: the next start may have any key';`;
