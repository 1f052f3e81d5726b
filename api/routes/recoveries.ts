import { z } from 'zod';
import { Id } from '../../core/contracts/common.ts';
import { ownerFilter } from '../../core/contracts/dashboard/filters.ts';
import { pageOf } from '../../core/contracts/filters.ts';
import {
  Recovery,
  RecoveryCount,
  recoveryInput,
  RecoveryList,
  RecoveryUpdate,
  wideRecoveryInput,
} from '../../core/contracts/recovery.ts';
import type { OwnerFilter } from '../../core/db/owner.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { requireCursor } from '../answers.ts';
import { narrow } from '../auth/visible.ts';
import { knownOf } from '../dashboard/known.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson, readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams, requireId } from '../paths.ts';
import type { Call, PlatformRoute, Router } from '../routing.ts';
import {
  getRecovery,
  listRecoveries,
  RECOVERY_ACTIONS,
  START_DESCRIPTION,
  startRecovery,
  steerRecovery,
  type RecoveryOwner,
} from './recovery-fields.ts';

type Asked = { platform?: string | undefined; org_id?: string | undefined };
type RecoveryRoute = Omit<PlatformRoute, 'platform' | 'tag' | 'scope' | 'operationId'> & { name: string };

/** The recoveries of one set of routes: those of one owner, or all that a key may see. */
interface Scope {
  path: string;
  startPath: string;
  /** Path parameters, without and with the recovery's id. */
  params: z.ZodObject | undefined;
  oneParams: z.ZodObject;
  Input: ReturnType<typeof recoveryInput> | ReturnType<typeof wideRecoveryInput>;
  Query: z.ZodObject<ReturnType<typeof pageOf>>;
  /** Describes the recoveries of the list and of the filter. */
  about: string;
  ownerOf(call: Call, asked?: Asked): OwnerFilter;
  add(needs: 'events:read' | 'events:write', route: RecoveryRoute): void;
}

/** Recoveries of one owner. */
export function addRecoveryRoutes(router: Router, deps: ApiDeps, platform: Platform): void {
  addRoutes(deps, {
    path: `${platform.apiBase}/recoveries`,
    startPath: `${platform.apiBase}/webhooks/events/retry`,
    params: pathParams(platform),
    oneParams: pathParams(platform, 'id'),
    Input: recoveryInput(platform.eventTypes.map(({ type }) => type)),
    Query: z.object(pageOf(50, 100)),
    about: '',
    ownerOf: ({ orgId }) => ({ platform: platform.id, orgId }),
    add: (scope, { name, ...route }) =>
      router.addForPlatform({
        ...route,
        platform,
        scope,
        tag: `${platform.label} recoveries`,
        operationId: operationId(platform, name),
      }),
  });
}

/** Recoveries of all platforms and organizations that a key may see. */
export function addDashboardRecoveryRoutes(router: Router, deps: ApiDeps): void {
  const known = knownOf(deps.registry);
  const path = '/api/dashboard/recoveries';
  addRoutes(deps, {
    path,
    startPath: path,
    params: undefined,
    oneParams: z.object({ id: Id }),
    Input: wideRecoveryInput(known.platforms, known.eventTypes),
    Query: z.object({ ...ownerFilter(known), ...pageOf(50, 100) }),
    about: 'Without a platform and an organization: all that the key may see.',
    ownerOf: ({ principal }, asked) => narrow(deps.registry, principal, asked),
    add: (scope, { name, ...route }) =>
      router.addShared({
        ...route,
        errors: [...(route.errors ?? []), 'not_found'],
        scopes: [scope],
        tag: 'Dashboard',
        operationId: name.replace(/Recover(y|ies)$/, 'Dashboard$&'),
      }),
  });
}

function addRoutes(deps: ApiDeps, scope: Scope): void {
  const { path, startPath, params, oneParams, Input, Query, about } = scope;
  const ofPath = params && { params };
  const visible = (call: Call, asked?: Asked): RecoveryOwner => {
    const { platform, orgId } = scope.ownerOf(call, asked);
    return { ...(platform !== null && { platform }), ...(orgId !== null && { orgId }) };
  };

  scope.add('events:write', {
    method: 'post',
    path: startPath,
    name: 'startRecovery',
    summary: 'Retry many deliveries',
    description: `${START_DESCRIPTION} ${about}`.trim(),
    errors: BODY_ERRORS,
    request: { ...ofPath, body: { required: true, content: content(Input) } },
    responses: {
      200: { description: 'The count of a dry run', content: content(RecoveryCount) },
      202: { description: 'The recovery that was started', content: content(Recovery) },
    },
    async handle(call) {
      const input = await readJson(call.c, Input as ReturnType<typeof wideRecoveryInput>);
      const { platform, org_id, ...filter } = input.filter;
      const owner = scope.ownerOf(call, { platform, org_id });
      return await startRecovery(deps, owner, { ...input, filter }, call.principal.name);
    },
  });

  scope.add('events:read', {
    method: 'get',
    path,
    name: 'listRecoveries',
    summary: 'List recoveries',
    description: `Newest first. ${about}`.trim(),
    errors: ['invalid_request'],
    request: { ...ofPath, query: Query },
    responses: { 200: { description: 'A page of recoveries', content: content(RecoveryList) } },
    async handle(call) {
      const { limit, cursor, ...asked } = readQuery(call.c, Query);
      const before = cursor === undefined ? undefined : requireCursor(cursor);
      return await listRecoveries(deps, visible(call, asked), before, limit);
    },
  });

  const one = {
    path: `${path}/{id}`,
    request: { params: oneParams },
    responses: { 200: { description: 'The recovery', content: content(Recovery) } },
  };

  scope.add('events:read', {
    ...one,
    method: 'get',
    name: 'getRecovery',
    summary: 'Get a recovery',
    description: 'With its progress.',
    errors: ['not_found'],
    handle: (call) => getRecovery(deps, visible(call), idOf(call)),
  });

  scope.add('events:write', {
    ...one,
    method: 'put',
    name: 'updateRecovery',
    summary: 'Change the rate of a recovery',
    errors: ['not_found', 'recovery_ended', ...BODY_ERRORS],
    request: { ...one.request, body: { required: true, content: content(RecoveryUpdate) } },
    async handle(call) {
      const { rate } = await readJson(call.c, RecoveryUpdate);
      const change = { action: 'recovery.updated', rate } as const;
      return await steerRecovery(deps, visible(call), idOf(call), change, call.principal.name);
    },
  });

  for (const { name, summary, description, change } of RECOVERY_ACTIONS) {
    scope.add('events:write', {
      ...one,
      method: 'post',
      path: `${path}/{id}/${name}`,
      name: `${name}Recovery`,
      summary,
      description: `${description} Repeating it changes nothing.`,
      errors: ['not_found', 'recovery_ended'],
      handle: (call) => steerRecovery(deps, visible(call), idOf(call), change, call.principal.name),
    });
  }
}

function idOf({ c }: Call): string {
  return requireId(c.req.param('id'), 'recovery');
}
