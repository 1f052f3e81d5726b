import { expect, test } from 'vitest';
import type { Session } from '../../../../core/contracts/session.ts';
import { readTarget } from './target.ts';

const platform = (id: string, scope: 'platform' | 'organization') => ({
  id,
  label: id,
  scope,
  api_base: '/',
  header_prefix: 'X-',
  emits: id !== 'posthorn',
});
const session = {
  platform: null,
  org_id: null,
  platforms: [platform('posthorn', 'platform'), platform('urpa', 'platform'), platform('4calls', 'organization')],
} as unknown as Session;
const all = { platform: null, org_id: null };
const target = (query: string, view: { platform: string | null; org_id: string | null } = all) => {
  const { platform, ...rest } = readTarget(session, view, new URLSearchParams(query), undefined);
  return { platform: platform.id, ...rest };
};

test('the user chooses what the view leaves open', () => {
  expect(target('')).toEqual({
    platform: 'urpa',
    orgId: null,
    mayChoosePlatform: true,
    mayChooseOrganization: false,
  });
  expect(target('from=4calls&org=org-42')).toMatchObject({ orgId: 'org-42', mayChooseOrganization: true });
});

test('the user cannot change what the view fixes', () => {
  expect(target('from=urpa&org=org-7', { platform: '4calls', org_id: 'org-42' })).toEqual({
    platform: '4calls',
    orgId: 'org-42',
    mayChoosePlatform: false,
    mayChooseOrganization: false,
  });
});

test('a platform without emitters cannot be chosen, and its view leaves the choice open', () => {
  const view = { platform: 'posthorn', org_id: 'org-42' };
  expect(target('', view)).toMatchObject({ platform: 'urpa', mayChoosePlatform: true });
  expect(target('from=4calls', view)).toMatchObject({ orgId: '', mayChooseOrganization: true });
});

test('a copied event goes to the same owner', () => {
  const like = { platform: '4calls', org_id: 'org-9' };
  expect(readTarget(session, all, new URLSearchParams('from=urpa'), like)).toMatchObject({ orgId: 'org-9' });
});
