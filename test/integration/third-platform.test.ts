import { createHmac } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';

const HERE = fileURLToPath(new URL('../../', import.meta.url));
const ROOMS = ['activities', 'api', 'bin', 'core', 'delivery', 'workflows', 'worker.ts', 'package.json'];

/** The only new file. */
const LIBRARY = `
import { describeData, type Platform } from './platform.ts';

export const library: Platform = {
  id: 'library',
  label: 'Library',
  headerPrefix: 'X-Library-',
  scope: 'platform',
  apiBase: '/api/library',
  webhooksPath: 'webhooks',
  eventTypes: [
    {
      type: 'book.returned',
      description: 'A book came back.',
      schema: describeData({ id: { type: 'string' } }),
      example: { id: '1' },
    },
  ],
};
`;

let checkout: string;
let system: System;
let receiver: Receiver;

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'posthorn-test-third-'));
  for (const room of ROOMS) await cp(join(HERE, room), join(checkout, room), { recursive: true });
  await symlink(join(HERE, 'node_modules'), join(checkout, 'node_modules'));
  const registry = join(checkout, 'core/platforms/index.ts');
  const source = await readFile(registry, 'utf8');
  await writeFile(join(checkout, 'core/platforms/library.ts'), LIBRARY);
  await writeFile(
    registry,
    `import { library } from './library.ts';\n${source.replace('export const platforms = {', 'export const platforms = { library,')}`,
  );
  [system, receiver] = await Promise.all([System.start({ root: pathToFileURL(`${checkout}/`) }), startReceiver()]);
});
afterAll(async () => {
  await system.stop();
  await receiver.close();
  await rm(checkout, { recursive: true, force: true });
});

test('a third platform needs one file and one registry line: register, emit, deliver, read the history', async () => {
  const webhook = await system.call('POST', '/api/library/webhooks', { url: receiver.url, events: ['book.returned'] });
  expect(webhook.status).toBe(201);
  const emitted = await system.call('POST', '/api/library/events', { event: 'book.returned', data: { id: '1' } });
  expect(emitted.status).toBe(202);
  const id: string = emitted.body.deliveries[0].id;
  const arrival = await eventually(() => receiver.of(id)[0]);
  expect(arrival.headers['x-library-event']).toBe('book.returned');
  expect(arrival.headers['x-library-signature']).toBe(
    createHmac('sha256', webhook.body.secret).update(arrival.body).digest('hex'),
  );
  const delivery = await eventually(async () => {
    const { body } = await system.call('GET', `/api/library/webhooks/events/${id}`);
    return body.status === 'delivered' && body;
  });
  expect(delivery).toMatchObject({ event: 'book.returned', attempts: 1 });
  const types = await system.call('GET', '/api/library/event-types');
  expect(types.body.data).toMatchObject([{ type: 'book.returned', example: { id: '1' } }]);
  const document = await system.call('GET', '/api/openapi.json');
  expect(Object.keys(document.body.paths)).toContain('/api/library/events');
});
