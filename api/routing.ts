import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { inRequest } from '../core/request-context.ts';
import { AppError, type ErrorCode } from '../core/contracts/errors.ts';
import type { Scope } from '../core/contracts/key.ts';
import { isOrgId } from '../core/contracts/common.ts';
import type { Platform } from '../core/platforms/platform.ts';
import { authorize, authorizeAdmin, identify, requireScope } from './auth/authorize.ts';
import type { Principal } from './auth/principal.ts';
import type { ApiDeps } from './deps.ts';
import { answerProblem } from './middleware/problem.ts';
import { describeProblems } from './openapi/problems.ts';
import { isOpenToPortals } from './portal-access.ts';

type Method = 'get' | 'post' | 'put' | 'delete';

interface Description extends Pick<RouteConfig, 'summary' | 'description' | 'request' | 'responses'> {
  method: Method;
  /** In OpenAPI notation: `/api/urpa/events/{id}`. */
  path: string;
  operationId: string;
  tag: string;
  /** The OpenAPI document does not have it. */
  undocumented?: true;
  /** Additional errors. Those of authentication and of the database are included automatically. */
  errors?: readonly ErrorCode[];
}

/** A request's caller and organization. */
export interface Call {
  c: Context;
  principal: Principal;
  /** The organization in the path; empty for platforms without organizations. */
  orgId: string;
}

export interface PlatformRoute extends Description {
  platform: Platform;
  /** The required scope; if there are several, one is enough. */
  scope: Scope | readonly Scope[];
  handle(call: Call): Promise<Response>;
}

/** A route for all platforms; the key determines what it shows. */
export interface SharedRoute extends Description {
  /** One of these scopes is required; empty: any key. */
  scopes: readonly Scope[];
  handle(call: Call): Promise<Response> | Response;
}

export interface AdminRoute extends Description {
  handle(call: Call): Promise<Response>;
}

export interface PublicRoute extends Description {
  handle(c: Context): Promise<Response> | Response;
}

/** A route below `/portal/{link}` that the API does not have elsewhere, or has in another way. */
export interface PortalRoute {
  method: Method;
  /** Without that prefix. */
  path: string;
  handle(c: Context, link: string): Promise<Response>;
}

interface Entry {
  method: Method;
  path: string;
  run(c: Context): Promise<Response> | Response;
}

const PORTAL_PREFIX = '/portal/{link}';

const AUTHENTICATED: readonly ErrorCode[] = ['unauthorized', 'forbidden', 'internal_error', 'unavailable'];

/** Collects routes, describes each in the OpenAPI document, and mounts them all at once. */
export class Router {
  private readonly app: OpenAPIHono;
  private readonly deps: ApiDeps;
  private readonly entries: Entry[] = [];
  private readonly portalEntries: Entry[] = [];

  constructor(app: OpenAPIHono, deps: ApiDeps) {
    this.app = app;
    this.deps = deps;
  }

  addPublic(route: PublicRoute): void {
    this.add(route, route.errors ?? [], false, (c) => route.handle(c));
  }

  /** Only for admins of all platforms. */
  addAdmin(route: AdminRoute): void {
    this.add(route, [...AUTHENTICATED, ...(route.errors ?? [])], true, async (c) => {
      const principal = await identify(this.deps, c);
      authorizeAdmin(principal);
      return await route.handle({ c, principal, orgId: '' });
    });
  }

  addShared(route: SharedRoute): void {
    this.add(route, [...AUTHENTICATED, ...(route.errors ?? [])], true, async (c) => {
      const principal = await identify(this.deps, c);
      requireScope(principal, ...route.scopes);
      return await route.handle({ c, principal, orgId: '' });
    });
  }

  addForPlatform(route: PlatformRoute): void {
    const { platform, scope } = route;
    const errors = [...AUTHENTICATED, ...(platform.scope === 'organization' ? (['not_found'] as const) : [])];
    this.add(route, [...errors, ...(route.errors ?? [])], true, async (c) => {
      const orgId = platform.scope === 'organization' ? c.req.param('orgId')! : '';
      const found = identify(this.deps, c);
      const principal = found instanceof Promise ? await found : found;
      authorize(principal, scope, platform, orgId);
      if (platform.scope === 'organization' && !isOrgId(orgId)) {
        throw new AppError('not_found', 'an organization has 1 to 128 characters, none of them a control character');
      }
      return await route.handle({ c, principal, orgId });
    });
  }

  /** Only for portals; the OpenAPI document does not have it. */
  addForPortals({ method, path, handle }: PortalRoute): void {
    const run = (c: Context) => handle(c, c.req.param('link')!);
    this.portalEntries.push({ method, path: PORTAL_PREFIX + path, run });
  }

  /** Registers fixed paths before those with parameters. Answers other methods of a known path with 405. */
  mount(): void {
    const entries = [...this.entries, ...this.portalEntries].toSorted((a, b) => compare(a.path, b.path));
    for (const [path, routes] of Map.groupBy(entries, (entry) => entry.path)) {
      const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
      for (const entry of routes) this.app.on(entry.method.toUpperCase(), pattern, this.watch(entry));
      this.app.all(pattern, (c) => answerProblem(wrongMethod(c.req.method, routes), c.req.path, this.deps.log));
    }
  }

  private add(route: Description, errors: readonly ErrorCode[], secured: boolean, run: Entry['run']): void {
    if (!route.undocumented) this.describe(route, errors, secured);
    const { method, path } = route;
    this.entries.push({ method, path, run });
    if (isOpenToPortals(route.operationId)) this.portalEntries.push({ method, path: PORTAL_PREFIX + path, run });
  }

  private describe(route: Description, errors: readonly ErrorCode[], secured: boolean): void {
    this.app.openAPIRegistry.registerPath({
      method: route.method,
      path: route.path,
      operationId: route.operationId,
      tags: [route.tag],
      ...(route.summary && { summary: route.summary }),
      ...(route.description && { description: route.description }),
      ...(route.request && { request: route.request }),
      security: secured ? [{ key: [] }, { session: [] }] : [],
      responses: { ...route.responses, ...describeProblems(errors) },
    });
  }

  private watch({ method, path, run }: Entry) {
    const { metrics, log } = this.deps;
    const respond = async (c: Context): Promise<Response> => {
      const begun = performance.now();
      let response: Response;
      try {
        response = await run(c);
      } catch (error) {
        response = answerProblem(error, c.req.path, log);
      }
      const seconds = (performance.now() - begun) / 1000;
      metrics.observeRequest(method, path, response.status, seconds);
      if (log.isLevelEnabled('debug')) {
        log.debug(
          { method, path: c.req.path, status: response.status, ms: Math.round(seconds * 1000) },
          'request answered',
        );
      }
      return response;
    };
    return (c: Context) => inRequest(c.req.header('x-request-id'), () => respond(c));
  }
}

function wrongMethod(method: string, routes: Entry[]): AppError {
  const allowed = routes.map((entry) => entry.method.toUpperCase());
  if (allowed.includes('GET')) allowed.push('HEAD');
  const Allow = allowed.join(', ');
  return new AppError('method_not_allowed', `${method} is not possible here; ${Allow} is`, { headers: { Allow } });
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference = Number(part.startsWith('{')) - Number(other.startsWith('{'));
    if (difference !== 0) return difference;
    if (part !== other) return part < other ? -1 : 1;
  }
  return left.length - right.length;
}
