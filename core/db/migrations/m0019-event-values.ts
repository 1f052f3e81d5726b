import { Migration } from '@mikro-orm/migrations';

/** The values by which events are found. Events that were accepted before have none. */
export class M0019EventValues extends Migration {
  override up(): void {
    this.addSql(EVENT_VALUES);
  }
}

const EVENT_VALUES = `
create table event_values (
  key bigint not null,
  event_id uuid not null
) partition by range (event_id);
create index event_values_by_key on event_values (key, event_id);
comment on column event_values.key is 'a hash of the value and the owner: core/db/search-key.ts';`;
