import { OWNER_ROUTES, ROUTES } from './generated/routes.ts';
import type { Answer, InstallationOperation, OperationName, OwnerOperation } from './operations.ts';
import { Pages, type Page } from './pages.ts';
import type { Transport } from './transport.ts';
import type { RequestOptions } from './types.ts';

/** Those of POST that do the same when they are repeated. `emitEvent` and `emitEvents` are, because of their idempotency keys. */
const REPEATABLE = new Set<OperationName>([
  'emitEvent',
  'emitEvents',
  'pauseWebhook',
  'resumeWebhook',
  'pauseRecovery',
  'resumeRecovery',
  'cancelRecovery',
]);

export interface Parts {
  id?: string;
  query?: object;
  /** A string is JSON already. */
  body?: object | string | undefined;
  headers?: Record<string, string>;
  alsoFine?: number;
}

/** Calls operations by their names. `Name` are those that it has. */
export class Api<Name extends OperationName> {
  private readonly transport: Transport;
  private readonly routes: Readonly<Record<Name, readonly [method: string, path: string]>>;

  constructor(transport: Transport, routes: Api<Name>['routes']) {
    this.transport = transport;
    this.routes = routes;
  }

  async call<One extends Name>(name: One, parts: Parts = {}, options?: RequestOptions): Promise<Answer<One>> {
    const [method, route] = this.routes[name];
    const { id, query, body, headers, alsoFine } = parts;
    const request = {
      method,
      path: (id === undefined ? route : route.replace('{id}', encodeSegment(id))) + writeQuery(query),
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      ...(headers && { headers }),
      repeatable: method !== 'POST' || REPEATABLE.has(name),
      ...(alsoFine !== undefined && { alsoFine }),
    };
    return (await this.transport.send(request, options)) as Answer<One>;
  }

  /** The pages of a list from the cursor of the query on. */
  list<One extends Name>(name: One, query: { cursor?: string } = {}, options?: RequestOptions) {
    type Item = Answer<One> extends { data: (infer Listed)[] } ? Listed : never;
    const read = async (cursor = query.cursor) => {
      const answer: unknown = await this.call(name, { query: { ...query, cursor } }, options);
      return answer as Page<Item>;
    };
    return new Pages<Item>(read);
  }
}

export type OwnerApi = Api<OwnerOperation>;
export type InstallationApi = Api<InstallationOperation>;

export function createInstallationApi(transport: Transport): InstallationApi {
  return new Api(transport, ROUTES);
}

export function createOwnerApi(transport: Transport, base: string, webhooks: string): OwnerApi {
  const routes = Object.entries(OWNER_ROUTES).map(([name, [method, path]]) => [
    name,
    [method, base + path.replace('{webhooks}', webhooks)],
  ]);
  return new Api(transport, Object.fromEntries(routes) as Api<OwnerOperation>['routes']);
}

/** @throws TypeError if it would change the path */
export function encodeSegment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw new TypeError(`${JSON.stringify(text)} is not an id`);
  return encodeURIComponent(text);
}

export function writeQuery(query: object = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  if (pairs.length === 0) return '';
  const written = pairs.map(([name, value]): [string, string] => [
    name,
    value instanceof Date ? value.toISOString() : String(value),
  ]);
  return `?${new URLSearchParams(written).toString()}`;
}
