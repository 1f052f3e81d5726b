import { z } from 'zod';
import { pageOf } from '../../core/contracts/dashboard/filters.ts';
import { Recovery, RecoveryCount, recoveryInput, RecoveryList, RecoveryUpdate } from '../../core/contracts/recovery.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { requireCursor } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { readJson, readQuery } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams, requireId } from '../paths.ts';
import type { Call, Router } from '../routing.ts';
import {
  getRecovery,
  listRecoveries,
  RECOVERY_ACTIONS,
  START_DESCRIPTION,
  START_SUMMARY,
  startRecovery,
  steerRecovery,
} from './recovery-fields.ts';

const Query = z.object(pageOf(50, 100));

export const RECOVERY_BODY_ERRORS = [
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'invalid_request',
] as const;

export function addRecoveryRoutes(router: Router, deps: ApiDeps, platform: Platform): void {
  const path = `${platform.apiBase}/recoveries`;
  const Input = recoveryInput(platform.eventTypes.map(({ type }) => type));
  const shared = { platform, tag: `${platform.label} recoveries` };
  const answer = { 200: { description: 'As it is now', content: content(Recovery) } };
  const ownerOf = ({ orgId }: Call) => ({ platform: platform.id, orgId });

  router.addForPlatform({
    ...shared,
    method: 'post',
    path: `${platform.apiBase}/webhooks/events/retry`,
    scope: 'events:write',
    operationId: operationId(platform, 'startRecovery'),
    summary: START_SUMMARY,
    description: START_DESCRIPTION,
    errors: RECOVERY_BODY_ERRORS,
    request: { params: pathParams(platform), body: { required: true, content: content(Input) } },
    responses: {
      200: { description: 'Of a dry run', content: content(RecoveryCount) },
      202: { description: 'It begins', content: content(Recovery) },
    },
    async handle(call) {
      return await startRecovery(deps, ownerOf(call), await readJson(call.c, Input), call.principal.name);
    },
  });

  router.addForPlatform({
    ...shared,
    method: 'get',
    path,
    scope: 'events:read',
    operationId: operationId(platform, 'listRecoveries'),
    summary: 'List recoveries',
    errors: ['invalid_request'],
    request: { params: pathParams(platform), query: Query },
    responses: { 200: { description: 'Newest first', content: content(RecoveryList) } },
    async handle(call) {
      const { limit, cursor } = readQuery(call.c, Query);
      const before = cursor === undefined ? undefined : requireCursor(cursor);
      return await listRecoveries(deps, ownerOf(call), before, limit);
    },
  });

  const one = { ...shared, path: `${path}/{id}`, request: { params: pathParams(platform, 'id') }, responses: answer };

  router.addForPlatform({
    ...one,
    method: 'get',
    scope: 'events:read',
    operationId: operationId(platform, 'getRecovery'),
    summary: 'Get a recovery',
    description: 'How far it is.',
    errors: ['not_found'],
    handle: (call) => getRecovery(deps, ownerOf(call), recoveryId(call)),
  });

  router.addForPlatform({
    ...one,
    method: 'put',
    scope: 'events:write',
    operationId: operationId(platform, 'updateRecovery'),
    summary: 'Change the rate of a recovery',
    errors: ['not_found', 'recovery_ended', ...RECOVERY_BODY_ERRORS],
    request: { ...one.request, body: { required: true, content: content(RecoveryUpdate) } },
    async handle(call) {
      const id = recoveryId(call);
      const { rate } = await readJson(call.c, RecoveryUpdate);
      return await steerRecovery(deps, ownerOf(call), id, { action: 'recovery.updated', rate }, call.principal.name);
    },
  });

  for (const { name, summary, description, change } of RECOVERY_ACTIONS) {
    router.addForPlatform({
      ...one,
      method: 'post',
      path: `${path}/{id}/${name}`,
      scope: 'events:write',
      operationId: operationId(platform, `${name}Recovery`),
      summary,
      description: `${description} Doing it twice changes nothing.`,
      errors: ['not_found', 'recovery_ended'],
      handle: (call) => steerRecovery(deps, ownerOf(call), recoveryId(call), change, call.principal.name),
    });
  }
}

function recoveryId({ c }: Call): string {
  return requireId(c.req.param('id'), 'recovery');
}
