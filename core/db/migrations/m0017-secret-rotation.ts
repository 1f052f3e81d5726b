import { Migration } from '@mikro-orm/migrations';

/** The secret that a rotation replaces, which is valid beside the new one for a while. */
export class M0017SecretRotation extends Migration {
  override up(): void {
    this.addSql(SECRET_ROTATION);
  }
}

const SECRET_ROTATION = `
alter table webhooks add column previous_secret bytea, add column previous_secret_expires_at timestamptz;
create index webhooks_rotated on webhooks (previous_secret_expires_at) where previous_secret_expires_at is not null;
comment on column webhooks.previous_secret is 'sealed as secret; signs beside it until it expires';
comment on column webhooks.previous_secret_expires_at is 'from then on secret alone signs, whether this is deleted yet or not';`;
