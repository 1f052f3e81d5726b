import { z } from 'zod';
import { Id, listOf, OrgId, plainText, Time } from './common.ts';
import { quote } from './issues.ts';

/** Ten years. */
const LONGEST_SECONDS = 315_360_000;

const SCOPES = ['webhooks:read', 'webhooks:write', 'events:write', 'events:read', 'admin'] as const;
export const Scope = z.enum(SCOPES).meta({ id: 'Scope', description: 'admin implies all the others' });
export type Scope = z.infer<typeof Scope>;

const fields = {
  id: Id,
  name: z.string(),
  platform: z.string().nullable().meta({ description: 'null: every platform', example: '4calls' }),
  org_id: z.string().nullable().meta({ description: 'null: every organization', example: 'org-42' }),
  scopes: z.array(Scope),
  hint: z.string().meta({ description: "the key's first characters", example: 'ph_3kF9' }),
  created_at: Time,
  expires_at: Time.nullable().meta({ description: 'null: never' }),
  last_used_at: Time.nullable().meta({
    description: 'to the minute, use by its sessions and portal links included; null: not used yet',
  }),
  revoked_at: Time.nullable(),
};

export const ApiKey = z.object(fields).meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const NewApiKey = z
  .object({ ...fields, key: z.string().meta({ description: 'shown in this answer only' }) })
  .meta({ id: 'NewApiKey' });

export const ApiKeyList = listOf(ApiKey).meta({ id: 'ApiKeyList' });

/** `organizational` are the platforms whose keys may belong to one organization. */
export function keyInput(platformIds: readonly string[], organizational: readonly string[]) {
  return z
    .object({
      name: plainText(z.string().min(1).max(200)).meta({ example: 'billing' }),
      platform: z
        .enum(platformIds as [string, ...string[]], {
          error: (issue) => `unknown platform ${quote(issue.input)}; valid are ${platformIds.join(', ')}`,
        })
        .nullish()
        .meta({ description: 'omitted only for an admin of all platforms' }),
      org_id: OrgId.nullish(),
      scopes: z
        .array(
          z.enum(SCOPES, {
            error: (issue) => `unknown scope ${quote(issue.input)}; valid are ${SCOPES.join(', ')}`,
          }),
        )
        .min(1)
        .transform((scopes) => [...new Set(scopes)])
        .meta({ example: ['events:write'] }),
      expires_in: z.int().min(60).max(LONGEST_SECONDS).nullish().meta({
        description: 'seconds from now, up to ten years; by default, the key does not expire',
        example: 7_776_000,
      }),
    })
    .refine((key) => key.platform || key.scopes.includes('admin'), {
      path: ['platform'],
      error: 'is required for a key without the scope admin',
    })
    .refine((key) => !key.org_id || organizational.includes(key.platform ?? ''), {
      path: ['org_id'],
      error: `goes only with a platform that has organizations: ${organizational.join(', ')}`,
    });
}
