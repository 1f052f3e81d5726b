import { expect, test } from 'vitest';
import { condense, listInstallation } from './condense.ts';
import { readDocument } from './document.ts';
import { findOwners } from './owners.ts';

test('finds what all owners have', async () => {
  const { paths, operations } = findOwners(await readDocument());
  expect(paths).toMatchObject({
    urpa: { base: '/api/urpa', webhooks: '/integrations/webhooks' },
    '4calls': { base: '/api/coordinator/organizations/{orgId}', webhooks: '/webhooks' },
  });
  const routes = operations.map(({ route }) => route.join(' '));
  expect(routes).toEqual(expect.arrayContaining(['POST {webhooks}/{id}/secret/rotate', 'GET /webhooks/events/{id}']));
  expect(new Set(routes).size).toBe(routes.length);
});

test('fails if an operation differs between owners', async () => {
  const document = await readDocument();
  const listing = document.paths['/api/coordinator/organizations/{orgId}/recoveries']!['get']!;
  listing.parameters!.push({ name: 'state', in: 'query', schema: { type: 'string' } });
  expect(() => findOwners(document)).toThrow('listRecoveries differs between urpa and 4calls');
});

test('describes the data of every event type, and only the schemas in use', async () => {
  const document = await readDocument();
  const { operations } = findOwners(document);
  const { components } = condense(document, [...operations, ...listInstallation(document)]);
  const { Events, ...schemas } = components.schemas;
  expect(Object.keys(Events!.properties!)).toEqual(['urpa', '4calls', 'posthorn']);
  expect(Events!.properties!['urpa']!.properties).toHaveProperty(['contact.created', 'properties', 'email']);
  expect(Object.keys(schemas)).toEqual(expect.arrayContaining(['Delivery', 'Problem', 'ApiKey']));
  expect(Object.keys(schemas)).not.toContain('DashboardWebhook');
});
