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
  const schema = z.object({
    name: plainText(z.string().min(1).max(200)).meta({ example: 'billing' }),
    ...rightFields(platformIds),
    expires_in: z.int().min(60).max(LONGEST_SECONDS).nullish().meta({
      description: 'seconds from now, up to ten years; by default, the key does not expire',
      example: 7_776_000,
    }),
  });
  return refineRights(schema, organizational, 'a key');
}

/** What the members of a group of the identity provider may do, in the words of a key. Unknown members are refused. */
export function groupInput(platformIds: readonly string[], organizational: readonly string[]) {
  const fields = rightFields(platformIds);
  const schema = z.strictObject(fields, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys'
        ? `unknown member ${quote(keys?.[0])}; valid are ${Object.keys(fields).join(', ')}`
        : undefined,
  });
  return refineRights(schema, organizational, 'a group');
}

function rightFields(platformIds: readonly string[]) {
  return {
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
  };
}

type Rights = z.ZodType<{ platform?: string | null | undefined; org_id?: string | null | undefined; scopes: Scope[] }>;

function refineRights<Schema extends Rights>(schema: Schema, organizational: readonly string[], of: string) {
  return schema
    .refine((rights) => rights.platform || rights.scopes.includes('admin'), {
      path: ['platform'],
      error: `is required for ${of} without the scope admin`,
    })
    .refine((rights) => !rights.org_id || organizational.includes(rights.platform ?? ''), {
      path: ['org_id'],
      error: `goes only with a platform that has organizations: ${organizational.join(', ')}`,
    });
}
