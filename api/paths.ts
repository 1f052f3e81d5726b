import { z } from 'zod';
import { Id, OrgId } from '../core/contracts/common.ts';
import { AppError } from '../core/contracts/errors.ts';
import type { Platform } from '../core/platforms/platform.ts';

/** The path parameters of a platform's routes, for the OpenAPI document. */
export function pathParams(platform: Platform, ...names: 'id'[]) {
  const org = platform.scope === 'organization' ? { orgId: OrgId } : {};
  return z.object({ ...org, ...Object.fromEntries(names.map((name) => [name, Id])) });
}

/** The operation `listWebhooks` of URPA is `urpa_listWebhooks`; of the organizations of a platform that has both, `posthornOrganization_listWebhooks`. */
export function operationId({ id, scope, organizations }: Platform, name: string): string {
  return `${id}${organizations && scope === 'organization' ? 'Organization' : ''}_${name}`;
}

const PORTAL = /^\/portal\/[^/]+(?=\/)/;

/** The path without the prefix that portals put before the paths of the API: `/portal/{link}`. */
export function withoutPortal(path: string): string {
  return path.replace(PORTAL, '');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** @throws AppError not_found if it is not a valid id */
export function requireId(text: string | undefined, what: string): string {
  if (text === undefined || !isUuid(text)) throw new AppError('not_found', `there is no ${what} with this id`);
  return text.toLowerCase();
}
