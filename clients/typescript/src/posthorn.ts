import { createInstallationApi, createOwnerApi, encodeSegment, writeQuery, type InstallationApi } from './api.ts';
import { PosthornError } from './errors.ts';
import { OWNERS } from './generated/routes.ts';
import type { Answer } from './operations.ts';
import { EmittingOwner, Owner } from './owner.ts';
import type { Pages } from './pages.ts';
import { DEFAULT_RETRIES, type Retries } from './retries.ts';
import { requireTimeout, Transport } from './transport.ts';
import type { ApiKey, ApiKeyInput, NewApiKey, PlatformEvents, RequestOptions } from './types.ts';

export interface PosthornOptions {
  /** Where Posthorn is: `https://posthorn.example`. It may have a path. */
  url: string;
  /** An API key. Its scopes decide what works. Null: none, for a page of Posthorn itself, whose cookie says who is signed in. */
  key: string | null;
  /** Milliseconds for one try; default 10,000. */
  timeoutMs?: number;
  retries?: Partial<Retries>;
  /** Default: the global one. */
  fetch?: typeof fetch;
}

export interface CallOptions {
  query?: object;
  body?: object | string;
  headers?: Record<string, string>;
  repeatable?: boolean;
}

/** The API of an installation of Posthorn. */
export class Posthorn {
  readonly urpa: EmittingOwner<PlatformEvents['urpa']>;
  /** The operational events of all platforms. */
  readonly operational: Owner<PlatformEvents['posthorn']>;
  readonly keys: {
    /** Only this answer contains the key itself. A request that is not answered is not repeated. */
    create(input: ApiKeyInput, options?: RequestOptions): Promise<NewApiKey>;
    /** Newest first, revoked ones as well. */
    list(options?: RequestOptions): Pages<ApiKey>;
    /** It stops working at once. */
    revoke(id: string, options?: RequestOptions): Promise<void>;
  };
  private readonly transport: Transport;
  private readonly retries: Retries;
  private readonly api: InstallationApi;

  /** @throws TypeError if the options are not valid */
  constructor({
    url,
    key,
    timeoutMs = 10_000,
    retries,
    fetch = (...request) => globalThis.fetch(...request),
  }: PosthornOptions) {
    requireAddress(url);
    requireTimeout(timeoutMs);
    if (key !== null && !/^[\x21-\x7e]+$/.test(key)) throw new TypeError('key must be visible ASCII characters');
    this.retries = { ...DEFAULT_RETRIES, ...retries };
    if (!(this.retries.tries >= 1)) throw new TypeError('tries must be at least 1');
    this.transport = new Transport({ url: url.replace(/\/+$/, ''), key, timeoutMs, retries: this.retries, fetch });
    this.api = createInstallationApi(this.transport);
    const { api } = this;
    this.urpa = this.emitting('urpa');
    this.operational = new Owner(this.ownerApi('posthorn'));
    this.keys = {
      create: (input, options) => api.call('createKey', { body: input }, options),
      list: (options) => api.list('listKeys', {}, options),
      revoke: (id, options) => api.call('revokeKey', { id }, options),
    };
  }

  /** An organization of 4Calls. */
  fourcalls(orgId: string): EmittingOwner<PlatformEvents['4calls']> {
    return this.emitting('4calls', orgId);
  }

  /** The operational events of one organization of 4Calls. */
  operationalOf(orgId: string): Owner<PlatformEvents['posthorn']> {
    return new Owner(this.ownerApi('posthornOrganization', orgId));
  }

  /**
   * The same by a platform's id, for code that learns it at run time. Event types are any strings. An organization of the platform
   * `posthorn` is that of 4Calls. Posthorn refuses to emit events of the platform `posthorn`.
   * @throws PosthornError if there is no such platform, or it has no organizations, or only organizations
   */
  owner(platform: string, orgId?: string): EmittingOwner<Record<string, object>> {
    const ofOrganization = `${platform}Organization`;
    if (orgId !== undefined && isOwner(ofOrganization)) return this.emitting(ofOrganization, orgId);
    if (isOwner(platform)) return this.emitting(platform, orgId);
    const known = Object.keys(OWNERS).filter((name) => !name.endsWith('Organization'));
    throw new PosthornError(`There is no platform ${platform}; there are ${known.join(', ')}.`);
  }

  /** Whether the process is alive. */
  health(options?: RequestOptions): Promise<Answer<'checkHealth'>> {
    return this.api.call('checkHealth', {}, options);
  }

  /** Whether Posthorn can do its job, and why not. */
  readiness(options?: RequestOptions): Promise<Answer<'checkReadiness'>> {
    return this.api.call('checkReadiness', { alsoFine: 503 }, options);
  }

  /** In the text format of Prometheus. */
  metrics(options?: RequestOptions): Promise<Answer<'getMetrics'>> {
    return this.api.call('getMetrics', {}, options);
  }

  /** The OpenAPI document. */
  openapi(options?: RequestOptions): Promise<Answer<'getOpenApi'>> {
    return this.api.call('getOpenApi', {}, options);
  }

  /**
   * Any other route: `call('GET', '/api/dashboard/overview', { query: { range: 'hour' } })`. A body that is a string is JSON already. A
   * request of POST that is not answered is repeated only with `repeatable`, which says that sending it twice does the same as once.
   * @param path from the root of Posthorn
   */
  call(
    method: string,
    path: string,
    { query, body, headers, repeatable = method !== 'POST', ...options }: CallOptions & RequestOptions = {},
  ): Promise<unknown> {
    const request = {
      method,
      path: path + writeQuery(query),
      body: typeof body === 'object' ? JSON.stringify(body) : body,
      ...(headers && { headers }),
      repeatable,
    };
    return this.transport.send(request, options);
  }

  private emitting<Types extends object>(owner: keyof typeof OWNERS, orgId?: string): EmittingOwner<Types> {
    return new EmittingOwner<Types>(this.ownerApi(owner, orgId), this.retries);
  }

  private ownerApi(owner: keyof typeof OWNERS, orgId?: string) {
    const { base, webhooks } = OWNERS[owner];
    const isOfOrganization = base.includes('{orgId}');
    if (isOfOrganization !== (orgId !== undefined)) {
      throw new PosthornError(`${owner} has ${isOfOrganization ? 'organizations: name one' : 'no organizations'}.`);
    }
    return createOwnerApi(
      this.transport,
      orgId === undefined ? base : base.replace('{orgId}', encodeSegment(orgId)),
      webhooks,
    );
  }
}

/** @throws TypeError if paths cannot follow it */
function requireAddress(url: string): void {
  const { protocol, username, password, search, hash } = new URL(url);
  if (!/^https?:$/.test(protocol)) throw new TypeError('url must be http or https');
  if (username || password || search || hash) throw new TypeError('url must have no credentials, query or fragment');
}

function isOwner(name: string): name is keyof typeof OWNERS {
  return Object.hasOwn(OWNERS, name);
}
