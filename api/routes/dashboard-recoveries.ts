import { z } from 'zod';
import { Id } from '../../core/contracts/common.ts';
import { ownerFilter, pageOf } from '../../core/contracts/dashboard/filters.ts';
import {
  Recovery,
  RecoveryCount,
  RecoveryList,
  RecoveryUpdate,
  wideRecoveryInput,
} from '../../core/contracts/recovery.ts';
import { requireCursor } from '../answers.ts';
import type { Principal } from '../auth/key-ring.ts';
import { narrow } from '../auth/visible.ts';
import { knownOf } from '../dashboard/known.ts';
import type { ApiDeps } from '../deps.ts';
import { readJson, readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { requireId } from '../paths.ts';
import type { Call, Router } from '../routing.ts';
import { RECOVERY_BODY_ERRORS } from './recoveries.ts';
import {
  getRecovery,
  listRecoveries,
  RECOVERY_ACTIONS,
  START_DESCRIPTION,
  START_SUMMARY,
  startRecovery,
  steerRecovery,
  type RecoveryOwner,
} from './recovery-fields.ts';

const PATH = '/api/dashboard/recoveries';

/** Recoveries over everything that a key may see, several organizations or platforms at once. */
export function addDashboardRecoveryRoutes(router: Router, deps: ApiDeps): void {
  const known = knownOf(deps.registry);
  const Input = wideRecoveryInput(known.platforms, known.eventTypes);
  const Query = z.object({ ...ownerFilter(known), ...pageOf(50, 100) });
  const read = { tag: 'Dashboard', scopes: ['events:read'] } as const;
  const write = { tag: 'Dashboard', scopes: ['events:write'] } as const;
  const visibleTo = (principal: Principal, asked?: Parameters<typeof narrow>[2]): RecoveryOwner => {
    const { platform, orgId } = narrow(deps.registry, principal, asked);
    return { ...(platform !== null && { platform }), ...(orgId !== null && { orgId }) };
  };

  router.addShared({
    ...write,
    method: 'post',
    path: PATH,
    operationId: 'startDashboardRecovery',
    summary: START_SUMMARY,
    description: `${START_DESCRIPTION} The filter may name a platform and an organization; without, it is about all that the key may see.`,
    errors: ['not_found', ...RECOVERY_BODY_ERRORS],
    request: { body: { required: true, content: content(Input) } },
    responses: {
      200: { description: 'Of a dry run', content: content(RecoveryCount) },
      202: { description: 'It begins', content: content(Recovery) },
    },
    async handle({ c, principal }) {
      const input = await readJson(c, Input);
      const { platform, org_id, ...filter } = input.filter;
      const owner = narrow(deps.registry, principal, { platform, org_id });
      return await startRecovery(deps, owner, { ...input, filter }, principal.name);
    },
  });

  router.addShared({
    ...read,
    method: 'get',
    path: PATH,
    operationId: 'listDashboardRecoveries',
    summary: 'List recoveries',
    description: 'Newest first, of all platforms and organizations that the key may see.',
    errors: ['invalid_request', 'not_found'],
    request: { query: Query },
    responses: { 200: { description: 'A page of recoveries', content: content(RecoveryList) } },
    async handle({ c, principal }) {
      const { limit, cursor, ...asked } = readQuery(c, Query);
      const before = cursor === undefined ? undefined : requireCursor(cursor);
      return await listRecoveries(deps, visibleTo(principal, asked), before, limit);
    },
  });

  const one = {
    path: `${PATH}/{id}`,
    request: { params: z.object({ id: Id }) },
    responses: { 200: { description: 'As it is now', content: content(Recovery) } },
  };

  router.addShared({
    ...read,
    ...one,
    method: 'get',
    operationId: 'getDashboardRecovery',
    summary: 'Get a recovery',
    errors: ['not_found'],
    handle: (call) => getRecovery(deps, visibleTo(call.principal), idOf(call)),
  });

  router.addShared({
    ...write,
    ...one,
    method: 'put',
    operationId: 'updateDashboardRecovery',
    summary: 'Change the rate of a recovery',
    errors: ['not_found', 'recovery_ended', ...RECOVERY_BODY_ERRORS],
    request: { ...one.request, body: { required: true, content: content(RecoveryUpdate) } },
    async handle(call) {
      const id = idOf(call);
      const { rate } = await readJson(call.c, RecoveryUpdate);
      const change = { action: 'recovery.updated', rate } as const;
      return await steerRecovery(deps, visibleTo(call.principal), id, change, call.principal.name);
    },
  });

  for (const { name, summary, description, change } of RECOVERY_ACTIONS) {
    router.addShared({
      ...write,
      ...one,
      method: 'post',
      path: `${PATH}/{id}/${name}`,
      operationId: `${name}DashboardRecovery`,
      summary,
      description: `${description} Doing it twice changes nothing.`,
      errors: ['not_found', 'recovery_ended'],
      handle: (call) => steerRecovery(deps, visibleTo(call.principal), idOf(call), change, call.principal.name),
    });
  }
}

function idOf({ c }: Call): string {
  return requireId(c.req.param('id'), 'recovery');
}
