import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAnswer, startApi, URPA, WEBHOOKS, organization, type Answer, type TestApi } from '../api.ts';
import { makeCertificate } from '../certificates.ts';
import { damage, damageText, generate, Random } from '../openapi/generate.ts';
import { ofOrganization, POSTHORN } from '../operational.ts';
import { checkValue, resolveIn, type Resolve, type Schema } from '../openapi/schema.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

interface Operation {
  operationId: string;
  security: unknown[];
  parameters?: Parameter[];
  requestBody?: {
    required: boolean;
    content: { 'application/json': { schema: Schema; examples?: Record<string, { value: unknown }> } };
  };
  responses: Record<
    string,
    { headers?: Record<string, { required?: boolean }>; content?: Record<string, { schema: Schema }> } | undefined
  >;
}

interface Request {
  headers: Record<string, string>;
  path: string;
  body: string | undefined;
}

const ROUNDS = 25;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const pair = makeCertificate(['client.example']);
let api: TestApi;
let document: { paths: Record<string, Record<string, Operation>>; webhooks: Record<string, unknown> };
let resolve: Resolve;
let operations: { method: string; path: string; operation: Operation }[];
const ids: Record<string, string[]> = {};

beforeAll(async () => {
  api = await startApi();
  document = (await api.ask('GET', '/api/openapi.json', { key: null })).body;
  resolve = resolveIn(document);
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // The live stream never ends.
      .filter(([, operation]) => operation.operationId !== 'watch')
      .map(([method, operation]) => ({ method, path, operation })),
  );
  // Deletions come last, so that the other requests have something to act on. An update may turn a webhook off.
  const rank = ({ method, path }: { method: string; path: string }) => {
    if (method === 'delete') return 4;
    if (path.endsWith('/recoveries/{id}/cancel')) return 3;
    if (method === 'put') return 2;
    return /\/events\/\{id\}\/(retry|cancel)$/.test(path) ? 0 : 1;
  };
  operations.sort((a, b) => rank(a) - rank(b));
  for (const [base, webhooks] of [
    [URPA, WEBHOOKS],
    [organization('org-42'), `${organization('org-42')}/webhooks`],
    [POSTHORN, `${POSTHORN}/webhooks`],
    [ofOrganization('org-42'), `${ofOrganization('org-42')}/webhooks`],
  ] as const) {
    const events = base.startsWith(POSTHORN) ? ['delivery.failed'] : ['contact.created'];
    const kept = await Promise.all([api.register({ events }, webhooks), api.register({ events }, webhooks)]);
    const webhookIds = kept.map(({ id }) => id as string);
    const tests = webhookIds.map((id) => api.ask('POST', `${webhooks}/${id}/test`, { body: {} }));
    const sent = (await Promise.all(tests)).map(({ body }) => body as { event_id: string; delivery_id: string });
    const deliveries = sent.map((one) => one.delivery_id);
    // A failed delivery gives a recovery something to do. Without a worker, the recovery stays running.
    const failed = (await api.ask('POST', `${webhooks}/${webhookIds[0]}/test`, { body: {} })).body.delivery_id;
    const { pool } = api.database;
    await pool.query(`update deliveries set status = 'failed', failed_at = now() where id = $1`, [failed]);
    await pool.query('delete from outbox where delivery_id = $1', [failed]);
    const recovery = await api.ask('POST', `${base}/webhooks/events/retry`, { body: { filter: {} } });
    for (const [path, found] of [
      [base, [...webhookIds, ...deliveries]],
      [`${base}/recoveries`, [recovery.body.id]],
      ['/api/dashboard/recoveries', [recovery.body.id]],
      ['/api/dashboard/webhooks', webhookIds],
      ['/api/dashboard/deliveries', deliveries],
      ['/api/dashboard/events', sent.map((one) => one.event_id)],
    ] as const) {
      (ids[path] ??= []).push(...found);
    }
  }
});
afterAll(() => api.close());

test('the document passes the linter', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-openapi-'));
  try {
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(document, null, 2));
    const cli = join(dirname(createRequire(import.meta.url).resolve('@redocly/cli/package.json')), 'bin/cli.js');
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' };
    const { stderr } = await promisify(execFile)(
      process.execPath,
      [cli, 'lint', file, '--config', join(ROOT, 'redocly.yaml')],
      { env },
    );
    expect(stderr).toContain('Your API description is valid');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the document has every route, every event type and an example for every body', () => {
  const routes = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  for (const [base, webhooks] of [
    ['/api/urpa', 'integrations/webhooks'],
    ['/api/coordinator/organizations/{orgId}', 'webhooks'],
  ]) {
    for (const route of [
      ...['POST', 'GET'].map((method) => `${method} ${base}/${webhooks}`),
      ...['GET', 'PUT', 'DELETE'].map((method) => `${method} ${base}/${webhooks}/{id}`),
      ...['pause', 'resume'].map((action) => `POST ${base}/${webhooks}/{id}/${action}`),
      `GET ${base}/webhooks/events`,
      `GET ${base}/webhooks/events/{id}`,
      `POST ${base}/webhooks/events/{id}/retry`,
      `GET ${base}/event-types`,
      `POST ${base}/events`,
      `POST ${base}/events/batch`,
    ]) {
      expect(routes).toContain(route);
    }
  }
  expect(Object.keys(document.webhooks)).toHaveLength(19);
  for (const { operation } of operations.filter(({ operation: { security } }) => security.length > 0)) {
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403', '500', '503']));
  }
  for (const { operation } of operations) {
    for (const [name, { value }] of Object.entries(operation.requestBody?.content['application/json'].examples ?? {})) {
      expect(checkValue(operation.requestBody!.content['application/json'].schema, value, resolve), name).toEqual([]);
    }
  }
});

describe('the API behaves as documented', () => {
  test('for valid requests', async () => {
    for (const [index, { method, path, operation }] of operations.entries()) {
      const random = new Random(1000 + index);
      const outcomes = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) {
        const request = makeRequest(path, operation, random, round);
        const answer = await send(method, request, operation);
        outcomes.add(answer.status < 300 ? 'success' : answer.body.code);
        const fine = answer.status < 300 || answer.status === 404 || answer.status === 409;
        expect(fine, `${method} ${request.path} ${request.body}: ${answer.text}`).toBe(true);
      }
      const expected = ['revokeKey', 'openPortal'].includes(operation.operationId) ? 'not_found' : 'success';
      expect([...outcomes], operation.operationId).toContain(expected);
    }
  }, 240_000);

  test('for invalid requests', async () => {
    for (const [index, { method, path, operation }] of operations.entries()) {
      const random = new Random(2000 + index);
      for (let round = 0; round < ROUNDS; round++)
        await send(method, breakRequest(makeRequest(path, operation, random, round), random), operation);
    }
  }, 240_000);
});

/** The first rounds name existing things, one after the other. Later rounds name existing or other things at random. */
function makeRequest(path: string, operation: Operation, random: Random, round: number): Request {
  const headers: Record<string, string> = {};
  const query = new URLSearchParams();
  const base = Object.keys(ids)
    .toSorted((a, b) => b.length - a.length)
    .find((known) => path.replace('{orgId}', 'org-42').startsWith(`${known}/`));
  const pickId = (known: string[]) => known[round] ?? (random.chance(2) ? random.pick(known) : undefined);
  let target = path;
  for (const { name, in: place, required, schema } of operation.parameters ?? []) {
    if (name === 'cursor' || (!required && random.chance(2))) continue;
    const known = name === 'orgId' ? 'org-42' : name === 'id' && base ? pickId(ids[base]!) : undefined;
    const value = String(known ?? (name === 'status' ? 'failed,held' : generate(schema, random, resolve)));
    if (place === 'path') target = target.replace(`{${name}}`, encodeURIComponent(value));
    else if (place === 'query') query.set(name, value);
    else headers[name] = value;
  }
  if (operation.security.length > 0) headers['authorization'] = `Bearer ${api.adminKey}`;
  let body: string | undefined;
  if (operation.requestBody && (operation.requestBody.required || random.chance(2))) {
    const { schema } = operation.requestBody.content['application/json'];
    const value = generate(schema, random, resolve);
    // The schema cannot express which keys may have a platform and an organization.
    if (operation.operationId === 'createKey') Object.assign(value as object, { platform: '4calls' });
    if (operation.operationId.endsWith('createPortalLink')) Object.assign(value as object, { accent: '#0f766e' });
    if (operation.operationId === 'signIn') Object.assign(value as object, { api_key: api.adminKey });
    // Nor which names are paths, and which key belongs to a certificate.
    if (/_(register|update)Webhook$/.test(operation.operationId)) {
      Object.assign(value as object, {
        filter: random.pick([null, { 'a.b': 5 }, { $or: [{ a: { $lt: 'x' } }] }]),
        client_certificate: random.pick([null, { certificate: pair.cert, private_key: pair.key }]),
      });
    }
    body = JSON.stringify(value);
    headers['content-type'] = 'application/json';
  }
  return { headers, path: query.size > 0 ? `${target}?${query.toString()}` : target, body };
}

function breakRequest(request: Request, random: Random): Request {
  const { headers, path, body } = request;
  switch (random.below(body === undefined ? 4 : 8)) {
    case 0:
      return {
        ...request,
        headers: { ...headers, authorization: random.pick(['', 'Basic eDp5', 'Bearer nonsense', 'Bearer a b']) },
      };
    case 1:
      return {
        ...request,
        path: path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, random.pick(['x', '%00', '%ff', '..%2f', '0'.repeat(5000)])),
      };
    case 2:
      return {
        ...request,
        path: `${path.split('?')[0]}?${['status', 'event', 'webhook_id', 'since', 'until', 'limit', 'cursor'].map((name) => `${name}=${random.pick(['x', '-1', '%00', '%ff', '9'.repeat(400), '', '2026-02-31T00:00:00Z'])}`).join('&')}`,
      };
    case 3:
      return { ...request, headers: { ...headers, 'idempotency-key': random.pick(['a b', 'x'.repeat(300), 'é']) } };
    case 4:
      return { ...request, body: damageText(body!, random) };
    case 5:
      return {
        ...request,
        headers: { ...headers, 'content-type': random.pick(['text/plain', 'multipart/form-data', 'nonsense']) },
      };
    default:
      return { ...request, body: JSON.stringify(damage(JSON.parse(body!), random)) ?? '' };
  }
}

/** Sends the request and checks the response against the document. */
async function send(method: string, { path, headers, body }: Request, operation: Operation): Promise<Answer> {
  const init = { method: method.toUpperCase(), headers, ...(body !== undefined && { body }) };
  const answer = await readAnswer(await fetch(api.url + path, init));
  const what = `${method} ${path} ${body ?? ''}: ${answer.status} ${answer.text.slice(0, 500)}`;
  expect(answer.status, what).toBeLessThan(500);
  const described = operation.responses[answer.status];
  expect(described, what).toBeDefined();
  for (const [name, header] of Object.entries(described!.headers ?? {})) {
    if (header.required) expect(answer.headers.get(name), `${what}: ${name}`).not.toBeNull();
  }
  const [type, media] = Object.entries(described!.content ?? {})[0] ?? [];
  if (!media || !type) expect(answer.text, what).toBe('');
  else {
    expect(answer.headers.get('content-type'), what).toContain(type);
    if (answer.body !== null) expect(checkValue(media.schema, answer.body, resolve), what).toEqual([]);
  }
  return answer;
}
