import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readDocument, type Document } from '../../bin/client/document.ts';
import { Posthorn } from '../../clients/typescript/src/index.ts';

const ID = '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77';
/** Of the dashboard, of people and of browsers. */
const NOT_PUBLIC = ['Session', 'Dashboard'];
const PAGES = ['readDocs', 'getDocsScript'];

let server: Server;
let url: string;
/** Of the last request. */
let authorization: string | undefined;
let posthorn: Posthorn;
let document: Document;
const asked = new Set<string>();
beforeAll(async () => {
  document = await readDocument();
  server = createServer((request, response) => {
    authorization = request.headers.authorization;
    asked.add(`${request.method} ${request.url!.replace('org-42', '{orgId}').replace(ID, '{id}')}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[],"next_cursor":null}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  posthorn = new Posthorn({ url, key: 'key' });
});
beforeEach(() => asked.clear());
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The public operations whose path begins so, without those of other owners below it. */
function documented(begin: string, without = '\n'): string[] {
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith(begin) && !path.startsWith(without))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { tags, operationId }]) => !NOT_PUBLIC.includes(tags[0]!) && !PAGES.includes(operationId))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
}

async function callEvery({ webhooks, deliveries, recoveries, eventTypes, portalLinks }: Posthorn['operational']) {
  await webhooks.create({ url: 'https://example.com/', events: ['delivery.failed'] });
  await webhooks.list();
  await webhooks.get(ID);
  await webhooks.update(ID, { description: 'new' });
  await webhooks.delete(ID);
  await webhooks.pause(ID);
  await webhooks.resume(ID);
  await webhooks.test(ID);
  await webhooks.rotateSecret(ID);
  await webhooks.endRotation(ID);
  await deliveries.list();
  await deliveries.get(ID);
  await deliveries.request(ID);
  await deliveries.retry(ID);
  await deliveries.cancel(ID);
  await recoveries.start({});
  await recoveries.list();
  await recoveries.get(ID);
  await recoveries.update(ID, { rate: 10 });
  await recoveries.pause(ID);
  await recoveries.resume(ID);
  await recoveries.cancel(ID);
  await eventTypes.list();
  await portalLinks.create();
}

test.each([
  ['urpa', '/api/urpa/'],
  ['4calls', '/api/coordinator/organizations/{orgId}/'],
])('every operation of %s has a method', async (platform, begin) => {
  const owner = posthorn.owner(platform, begin.includes('{orgId}') ? 'org-42' : undefined);
  await callEvery(owner);
  await owner.events.emit('contact.created', {});
  await owner.events.emitBatch([{ event: 'contact.created', data: {} }]).catch(() => 'the answer has no results');
  expect([...asked].toSorted()).toEqual(documented(begin).toSorted());
});

test('every operation of operational events has a method', async () => {
  await callEvery(posthorn.operational);
  expect([...asked].toSorted()).toEqual(documented('/api/posthorn/', '/api/posthorn/organizations/').toSorted());
  asked.clear();
  await callEvery(posthorn.operationalOf('org-42'));
  expect([...asked].toSorted()).toEqual(documented('/api/posthorn/organizations/{orgId}/').toSorted());
});

test('every other public operation has a method', async () => {
  await posthorn.keys.create({ name: 'reader', scopes: ['events:read'] });
  await posthorn.keys.list();
  await posthorn.keys.revoke(ID);
  await posthorn.health();
  await posthorn.readiness();
  await posthorn.metrics();
  await posthorn.openapi();
  const ofOwners = new Set(['/api/urpa/', '/api/coordinator/', '/api/posthorn/'].flatMap((begin) => documented(begin)));
  expect([...asked].toSorted()).toEqual(
    documented('/')
      .filter((one) => !ofOwners.has(one))
      .toSorted(),
  );
});

test('a client without a key sends none, as browsers with a session need it', async () => {
  await posthorn.urpa.webhooks.list();
  expect(authorization).toBe('Bearer key');
  await new Posthorn({ url, key: null }).urpa.webhooks.list();
  expect(authorization).toBeUndefined();
});
