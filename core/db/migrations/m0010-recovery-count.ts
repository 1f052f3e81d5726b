import { Migration } from '@mikro-orm/migrations';

/** A recovery begins before all that match are counted. */
export class M0010RecoveryCount extends Migration {
  override up(): void {
    this.addSql(`
alter table recoveries add column matched_exact boolean not null default true;
comment on column recoveries.matched_exact is 'false: at least so many matched; counted out when it has run to its end';`);
  }
}
