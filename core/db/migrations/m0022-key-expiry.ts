import { Migration } from '@mikro-orm/migrations';

/** When a key ends by itself, and when it was used last. */
export class M0022KeyExpiry extends Migration {
  override up(): void {
    this.addSql(KEY_EXPIRY);
  }
}

const KEY_EXPIRY = `
alter table api_keys add column expires_at timestamptz, add column last_used_at timestamptz;
comment on column api_keys.expires_at is 'from then on the key, its sessions and its portal links do not work; null: never';
comment on column api_keys.last_used_at is 'to the minute, its sessions and the sessions of its portal links included';`;
