import { expect, test } from 'vitest';
import type { Session } from '../../../../core/contracts/session.ts';
import { basePathOf, hasOrganization, labelOf, may, mayEmit } from './session.ts';

const session: Session = {
  name: 'support',
  platform: '4calls',
  org_id: null,
  scopes: ['webhooks:read', 'events:read'],
  admin: false,
  portal: null,
  switch_url: null,
  temporal_ui_url: null,
  retry_unit_ms: 60_000,
  platforms: [
    {
      id: '4calls',
      label: '4Calls',
      scope: 'organization',
      api_base: '/api/coordinator/organizations/{orgId}',
      organization_api_base: null,
      header_prefix: 'X-4Calls-',
      emits: true,
    },
    {
      id: 'posthorn',
      label: 'Posthorn',
      scope: 'either',
      api_base: '/api/posthorn',
      organization_api_base: '/api/posthorn/organizations/{orgId}',
      header_prefix: 'X-Posthorn-',
      emits: false,
    },
  ],
};

test('a key has the rights of its scopes, and an admin key has all', () => {
  expect(may(session, 'events:read')).toBe(true);
  expect(may(session, 'webhooks:write')).toBe(false);
  expect(may({ ...session, admin: true }, 'webhooks:write')).toBe(true);
  expect(may({ ...session, scopes: ['admin'] }, 'events:write')).toBe(true);
});

test('a portal emits nothing and shows nothing of the system, whatever it may change', () => {
  const writer: Session = { ...session, scopes: ['events:read', 'events:write'] };
  const portal: Session = { ...writer, portal: { name: 'Acme', accent: null } };
  expect([may(writer, 'emit'), may(writer, 'operate'), may(writer, 'portal')]).toEqual([true, true, false]);
  expect([may(portal, 'emit'), may(portal, 'operate'), may(portal, 'events:write')]).toEqual([false, false, true]);
  expect(may(session, 'emit')).toBe(false);
});

test("the organization's id is escaped in paths", () => {
  expect(basePathOf(session, { platform: '4calls', org_id: 'a/b' })).toBe('/api/coordinator/organizations/a%2Fb');
  expect(() => basePathOf(session, { platform: 'urpa', org_id: null })).toThrow('no access to urpa');
});

test('a platform with two APIs has one for everything and one for an organization', () => {
  const [everything, one] = [null, 'a'].map((org_id) => ({ platform: 'posthorn', org_id }));
  expect(basePathOf(session, everything!)).toBe('/api/posthorn');
  expect(basePathOf(session, one!)).toBe('/api/posthorn/organizations/a');
  expect([everything, one].map((owner) => hasOrganization(session, owner!))).toEqual([false, true]);
});

test('nobody emits the events of a platform that emits them itself', () => {
  const writer: Session = { ...session, scopes: ['events:write'] };
  expect([null, '4calls', 'posthorn'].map((id) => mayEmit(writer, id))).toEqual([true, true, false]);
  expect(may({ ...writer, platforms: session.platforms.slice(1) }, 'emit')).toBe(false);
});

test('an unknown platform is shown by its id', () => {
  expect(labelOf(session, '4calls')).toBe('4Calls');
  expect(labelOf(session, 'other')).toBe('other');
});
