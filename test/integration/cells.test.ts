import { execFile, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { organization, readAnswer, startApi, type Answer, type TestApi } from '../api.ts';
import { eventually } from '../eventually.ts';
import { hasNginx, startNginx, type Nginx } from '../nginx.ts';

// Two installations behind ops/nginx/cells.conf, and the move of an organization as docs/scaling.md describes it.

const hasPsql = spawnSync('psql', ['--version']).status === 0;
if (!hasNginx || !hasPsql)
  console.log('nginx or psql is not installed (Debian: nginx-light, postgresql-client): the test of cells is skipped');

const MAP = 'posthorn-organizations.map';
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

let a: TestApi;
let b: TestApi;
let nginx: Nginx;
let router: string;

describe.skipIf(!hasNginx || !hasPsql)('two cells', () => {
  beforeAll(async () => {
    [a, b] = await Promise.all([startApi(), startApi()]);
    const port = await findFreePort();
    router = `http://127.0.0.1:${port}`;
    const replacements = [
      ['cell-a.internal:8080', new URL(a.url).host],
      ['cell-b.internal:8080', new URL(b.url).host],
      ['listen 8080;', `listen 127.0.0.1:${port};`],
    ] as const;
    const configuration = replacements.reduce((text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    }, read('ops/nginx/cells.conf'));
    nginx = await startNginx(configuration, { [MAP]: '"org-42" posthorn_cell_b;\n' }, router);
  });
  afterAll(async () => {
    await nginx.close();
    await Promise.all([a.close(), b.close()]);
  });

  const ask = async (method: string, path: string, key: string, body?: unknown): Promise<Answer> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    return await readAnswer(
      await fetch(router + path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
    );
  };

  test.each([
    [`${organization('org-42')}/webhooks`, 'b'],
    [`${organization('org%2D42')}/webhooks`, 'b'],
    ['/api/posthorn/organizations/org-42/webhooks', 'b'],
    [`${organization('org-7')}/webhooks`, 'a'],
    ['/api/posthorn/organizations/org-7/webhooks', 'a'],
    ['/api/urpa/integrations/webhooks', 'a'],
  ])('%s goes to cell %s', async (path, cell) => {
    const statuses = await Promise.all([a, b].map(async ({ adminKey }) => (await ask('GET', path, adminKey)).status));
    expect(statuses).toEqual(cell === 'a' ? [200, 401] : [401, 200]);
  });

  test.each(['/api/dashboard/overview', '/api/admin/keys', '/api/posthorn/webhooks', '/'])(
    '%s has to be asked of a cell',
    async (path) => {
      const { status, body } = await ask('GET', path, a.adminKey);
      expect([status, body.code]).toEqual([404, 'not_found']);
    },
  );

  test('an organization is moved with its webhooks, secrets and keys', async () => {
    const path = organization('org-7');
    const secret = 'a secret of the owner';
    const webhook = await a.register({ secret, headers: { 'X-Team': 'one' } }, `${path}/webhooks`);
    const key = await a.makeKey({
      platform: '4calls',
      org_id: 'org-7',
      scopes: ['events:write', 'events:read', 'webhooks:write'],
    });
    await a.register({}, `${organization('org-8')}/webhooks`);
    const event = { event: 'contact.created', data: { id: '1' } };
    const before = await ask('POST', `${path}/events`, key, event);
    expect(before.status).toBe(202);

    const [, commands] = /^### Move an organization$[^]+?^ *```\n([^]+?)^ *```/m.exec(read('docs/scaling.md'))!;
    const env = { ...process.env, OLD: a.database.url, NEW: b.database.url, ORG: 'org-7' };
    await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands!], { env });
    nginx.change(MAP, '"org-42" posthorn_cell_b;\n"org-7" posthorn_cell_b;\n');
    await eventually(async () => (await ask('GET', `${path}/webhooks`, b.adminKey)).status === 200);

    const moved = await ask('GET', `${path}/webhooks`, b.adminKey);
    expect(moved.body.data.map(({ id }: { id: string }) => id)).toEqual([webhook.id]);
    expect((await b.ask('GET', `${organization('org-8')}/webhooks`)).body.data).toEqual([]);
    const { body } = await ask('POST', `${path}/events`, key, event);
    expect(body.deliveries).toMatchObject([{ webhook_id: webhook.id }]);
    const { body: request } = await ask('GET', `${path}/webhooks/events/${body.deliveries[0].id}/request`, key);
    const signature = createHmac('sha256', secret).update(request.body).digest('hex');
    expect(request.headers).toMatchObject({ 'X-4Calls-Signature': signature });
    const old = `${path}/webhooks/events/${before.body.deliveries[0].id}`;
    expect((await ask('GET', old, key)).status).toBe(404);
    expect((await a.ask('GET', old)).status).toBe(200);
  });
});
