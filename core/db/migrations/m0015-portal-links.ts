import { Migration } from '@mikro-orm/migrations';

/** Links that open the dashboard for one owner, each with the session that it opened. */
export class M0015PortalLinks extends Migration {
  override up(): void {
    this.addSql(PORTAL_LINKS);
  }
}

const PORTAL_LINKS = `
create table portal_links (
  id uuid primary key,
  key_id uuid not null references api_keys (id),
  platform text not null,
  org_id text not null,
  permissions text not null,
  name text,
  accent text,
  token_hash bytea not null,
  session_hash bytea,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index portal_links_by_expiry on portal_links (expires_at);
comment on column portal_links.org_id is 'empty: a platform without organizations';
comment on column portal_links.token_hash is 'SHA-256 of the token in the link';
comment on column portal_links.session_hash is 'SHA-256 of the token in the cookie; null until the link is opened';
comment on column portal_links.expires_at is 'end of the link; once it is opened, end of its session';`;
