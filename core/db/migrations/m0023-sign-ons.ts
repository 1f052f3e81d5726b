import { Migration } from '@mikro-orm/migrations';

/** Dashboard sessions that were opened by single sign-on. */
export class M0023SignOns extends Migration {
  override up(): void {
    this.addSql(SIGN_ONS);
  }
}

const SIGN_ONS = `
create table sign_ons (
  hash bytea primary key,
  person text not null,
  groups text[] not null,
  platform text,
  org_id text,
  id_token bytea,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index sign_ons_by_expiry on sign_ons (expires_at);
comment on column sign_ons.hash is 'SHA-256 of the token in the cookie';
comment on column sign_ons.person is 'email address, or the identity provider''s id of the person';
comment on column sign_ons.groups is 'of the person''s groups, those that have rights here';
comment on column sign_ons.platform is 'what the person chose, with org_id, where several groups have rights for different owners; null: nothing yet';
comment on column sign_ons.id_token is 'encrypted with the master key; the identity provider asks for it to sign out; null: too long for that';`;
