import { Migration } from '@mikro-orm/migrations';

/** Where an event is in its trace. Null for all events while tracing is off, and for those that the sampler leaves out. */
export class M0024Traces extends Migration {
  override up(): void {
    this.addSql(TRACES);
  }
}

const TRACES = `
alter table events add column trace text;
comment on column events.trace is 'traceparent of the span that accepted it, and tracestate after a space (W3C Trace Context); null: not traced';`;
