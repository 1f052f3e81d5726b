import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const groups = {
  ops: { scopes: ['admin'] },
  support: { platform: '4calls', org_id: 'a', scopes: ['events:read', 'events:read'] },
};
const others = { DATABASE_URL: 'postgresql://localhost/posthorn', POSTHORN_MASTER_KEY: 'ab'.repeat(32) };
const needed = {
  ...others,
  POSTHORN_PUBLIC_URL: 'https://posthorn.example.com',
  POSTHORN_OIDC_ISSUER: 'https://id.example.com/realms/main',
  POSTHORN_OIDC_CLIENT_ID: 'posthorn',
  POSTHORN_OIDC_CLIENT_SECRET: 'secret-of-the-client',
  POSTHORN_OIDC_GROUPS: JSON.stringify(groups),
};

test('there is none without an issuer', () => {
  expect(readConfig(others).singleSignOn).toBeUndefined();
});

test('settings are read, with the defaults of the others', () => {
  expect(readConfig(needed).singleSignOn).toEqual({
    issuer: new URL('https://id.example.com/realms/main'),
    clientId: 'posthorn',
    clientSecret: 'secret-of-the-client',
    scopes: 'openid profile email groups',
    groupsClaim: 'groups',
    groups: new Map([
      ['ops', { platform: null, orgId: null, scopes: ['admin'] }],
      ['support', { platform: '4calls', orgId: 'a', scopes: ['events:read'] }],
    ]),
    sessionSeconds: 28_800,
    publicUrl: 'https://posthorn.example.com',
  });
});

test('the secret may be in a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'posthorn-oidc-')), 'secret');
  writeFileSync(file, 'from-a-file\n');
  const env = { ...needed, POSTHORN_OIDC_CLIENT_SECRET: '', POSTHORN_OIDC_CLIENT_SECRET_FILE: file };
  expect(readConfig(env).singleSignOn?.clientSecret).toBe('from-a-file');
});

test.each(['http://localhost:3000', 'http://127.0.0.2', 'http://[::1]:80/a'])('%s is on this machine', (issuer) => {
  expect(readConfig({ ...needed, POSTHORN_OIDC_ISSUER: issuer }).singleSignOn?.issuer.href).toBe(new URL(issuer).href);
});

const HTTPS = 'POSTHORN_OIDC_ISSUER must begin with https://; http:// is allowed for loopback addresses only';
const ISSUER =
  'POSTHORN_OIDC_ISSUER must be the issuer as a URL, such as https://id.example.com/realms/main, without /.well-known/…';
const TENANT = 'POSTHORN_OIDC_ISSUER must name your tenant: anybody may have an account in another one';
const group = (rights: object) => ({ POSTHORN_OIDC_GROUPS: JSON.stringify({ ops: rights }) });

test.each<[object, string | RegExp]>([
  [{ POSTHORN_OIDC_ISSUER: 'http://id.example.com' }, HTTPS],
  [{ POSTHORN_OIDC_ISSUER: 'http://localhost.example.com' }, HTTPS],
  [{ POSTHORN_OIDC_ISSUER: 'http://10.0.0.1' }, HTTPS],
  [{ POSTHORN_OIDC_ISSUER: 'file:///etc' }, HTTPS],
  [{ POSTHORN_OIDC_ISSUER: 'id.example.com' }, ISSUER],
  [{ POSTHORN_OIDC_ISSUER: 'https://id.example.com/.well-known/openid-configuration' }, ISSUER],
  [{ POSTHORN_OIDC_ISSUER: 'https://user:secret@id.example.com' }, ISSUER],
  [{ POSTHORN_OIDC_ISSUER: 'https://login.microsoftonline.com/common/v2.0' }, TENANT],
  [{ POSTHORN_OIDC_ISSUER: '' }, 'POSTHORN_OIDC_ISSUER is required with POSTHORN_OIDC_CLIENT_ID'],
  [{ POSTHORN_OIDC_CLIENT_ID: '' }, 'POSTHORN_OIDC_CLIENT_ID is required with POSTHORN_OIDC_ISSUER'],
  [{ POSTHORN_OIDC_CLIENT_SECRET: '' }, 'POSTHORN_OIDC_CLIENT_SECRET is required with POSTHORN_OIDC_ISSUER'],
  [{ POSTHORN_OIDC_GROUPS: '' }, 'POSTHORN_OIDC_GROUPS is required with POSTHORN_OIDC_ISSUER'],
  [{ POSTHORN_PUBLIC_URL: '' }, 'POSTHORN_PUBLIC_URL is required with POSTHORN_OIDC_ISSUER'],
  [
    { POSTHORN_OIDC_CLIENT_SECRET_FILE: '/nowhere' },
    'POSTHORN_OIDC_CLIENT_SECRET and POSTHORN_OIDC_CLIENT_SECRET_FILE are both set: set one of them',
  ],
  [
    { POSTHORN_OIDC_CLIENT_SECRET: '', POSTHORN_OIDC_CLIENT_SECRET_FILE: '/nowhere' },
    'POSTHORN_OIDC_CLIENT_SECRET_FILE cannot be read (ENOENT)',
  ],
  [
    { POSTHORN_OIDC_SCOPES: 'email profile' },
    'POSTHORN_OIDC_SCOPES must contain openid, with spaces between the scopes',
  ],
  [{ POSTHORN_OIDC_SESSION: '13h' }, 'POSTHORN_OIDC_SESSION must be from 5m to 12h'],
  [{ POSTHORN_OIDC_GROUPS: '{ops' }, /^POSTHORN_OIDC_GROUPS must be JSON such as \{"ops": .*position 1/],
  [{ POSTHORN_OIDC_GROUPS: '[]' }, /^POSTHORN_OIDC_GROUPS must be an object, such as /],
  [{ POSTHORN_OIDC_GROUPS: '{}' }, /^POSTHORN_OIDC_GROUPS must name at least one group, such as /],
  [
    group({ platform: '4call', scopes: ['admin'] }),
    'POSTHORN_OIDC_GROUPS is wrong at ops.platform: unknown platform "4call"; valid are urpa, 4calls, posthorn',
  ],
  [
    group({ platform: 'urpa', scopes: ['write'] }),
    /^POSTHORN_OIDC_GROUPS is wrong at ops\.scopes\[0\]: unknown scope "write"; valid are webhooks:read, /,
  ],
  [
    group({ platform: 'urpa', orgid: 'a', scopes: ['admin'] }),
    'POSTHORN_OIDC_GROUPS is wrong at ops: unknown member "orgid"; valid are platform, org_id, scopes',
  ],
  [
    group({ platform: 'urpa', org_id: 'a', scopes: ['admin'] }),
    'POSTHORN_OIDC_GROUPS is wrong at ops.org_id: goes only with a platform that has organizations: 4calls, posthorn',
  ],
  [
    group({ scopes: ['events:read'] }),
    'POSTHORN_OIDC_GROUPS is wrong at ops.platform: is required for a group without the scope admin',
  ],
  [group({ platform: 'urpa' }), 'POSTHORN_OIDC_GROUPS is wrong at ops.scopes: is required'],
  [group({ platform: 'urpa', scopes: [] }), 'POSTHORN_OIDC_GROUPS is wrong at ops.scopes: must not be empty'],
])('%j is refused', (changes, message) => {
  expect(() => readConfig({ ...needed, ...changes })).toThrow(message);
});
