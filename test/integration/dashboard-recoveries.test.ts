import { afterAll, beforeAll, expect, test } from 'vitest';
import { takePart } from '../../delivery/recover/recovery-part.ts';
import { inPoolTransaction } from '../../core/db/transaction.ts';
import { organization, startApi, URPA, type TestApi } from '../api.ts';
import { dueByHand, emitEnded } from '../ended.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await api.register();
});
afterAll(() => api.close());

const take = (id: string) => inPoolTransaction(api.database.pool, (client) => takePart(client, id));

test('the dashboard recovers deliveries of several owners and shows each key its own recoveries', async () => {
  const WIDE = '/api/dashboard/recoveries';
  for (const org of ['one', 'two']) await api.register({}, `${organization(org)}/webhooks`);
  const ofUrpa = await emitEnded(api, 1);
  const ofOne = await emitEnded(api, 2, 'failed', organization('one'));
  const ofTwo = await emitEnded(api, 3, 'failed', organization('two'));
  const scopes = ['events:read', 'events:write'];
  const platformKey = await api.makeKey({ platform: '4calls', scopes });
  const orgKey = await api.makeKey({ platform: '4calls', org_id: 'one', scopes });
  const wide = (filter: unknown, key?: string) =>
    api.ask('POST', WIDE, { body: { filter }, ...(key !== undefined && { key }) });
  const all = (await wide({ status: ['failed'] })).body;
  expect(all).toMatchObject({ platform: null, org_id: null, matched: 6 });
  const ofPlatform = (await wide({}, platformKey)).body;
  expect(ofPlatform).toMatchObject({ platform: '4calls', org_id: null, matched: 5 });
  const ofOrg = (await wide({}, orgKey)).body;
  expect(ofOrg).toMatchObject({ platform: '4calls', org_id: 'one', matched: 2 });
  const ofWhole = (await wide({ platform: 'urpa' })).body;
  expect(ofWhole).toMatchObject({ platform: 'urpa', org_id: null, matched: 1 });
  expect((await api.ask('GET', `${URPA}/recoveries`)).body.data).toEqual([ofWhole]);
  const ids = async (key?: string, query = '') =>
    (await api.ask('GET', WIDE + query, key === undefined ? {} : { key })).body.data.map(
      ({ id }: { id: string }) => id,
    );
  expect(await ids()).toEqual([ofWhole.id, ofOrg.id, ofPlatform.id, all.id]);
  expect(await ids(undefined, '?platform=4calls')).toEqual([ofOrg.id, ofPlatform.id]);
  expect(await ids(platformKey)).toEqual([ofOrg.id, ofPlatform.id]);
  expect(await ids(orgKey)).toEqual([ofOrg.id]);
  for (const id of [all.id, ofPlatform.id]) {
    expect((await api.ask('GET', `${WIDE}/${id}`, { key: orgKey })).status).toBe(404);
    expect((await api.ask('POST', `${WIDE}/${id}/pause`, { key: orgKey })).status).toBe(404);
    expect((await api.ask('PUT', `${WIDE}/${id}`, { key: orgKey, body: { rate: 5 } })).status).toBe(404);
  }
  for (const filter of [{ platform: '4calls', org_id: 'two' }, { platform: 'urpa' }])
    expect((await wide(filter, orgKey)).status).toBe(404);
  await take(ofOrg.id);
  expect(await dueByHand(api)).toEqual(ofOne);
  await take(ofPlatform.id);
  expect(await dueByHand(api)).toEqual([...ofOne, ...ofTwo]);
  expect((await api.ask('PUT', `${WIDE}/${all.id}`, { body: { rate: 5 } })).body).toMatchObject({ rate: 5 });
  await take(all.id);
  expect(await dueByHand(api)).toEqual([...ofUrpa, ...ofOne, ...ofTwo]);
  expect((await api.ask('GET', `${WIDE}/${all.id}`)).body).toMatchObject({ state: 'completed', retried: 1 });
});
