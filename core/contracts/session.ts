import { z } from 'zod';
import { Scope } from './key.ts';
import { PortalLook } from './portal.ts';

export const SignIn = z
  .object({ api_key: z.string().min(1).max(1000).meta({ description: 'the key to sign in with' }) })
  .meta({ id: 'SignIn' });

export const SignInMethods = z
  .object({
    single_sign_on_url: z.string().nullable().meta({
      description:
        'where single sign-on begins; `return_to` is a page of the dashboard to open then. null: it is not configured',
      example: 'https://posthorn.example.com/api/sso/start',
    }),
  })
  .meta({ id: 'SignInMethods' });
export type SignInMethods = z.infer<typeof SignInMethods>;

export const SignedOut = z
  .object({ end_session_url: z.string().meta({ description: 'where the session with the identity provider ends' }) })
  .meta({ id: 'SignedOut' });
export type SignedOut = z.infer<typeof SignedOut>;

const SessionPlatform = z.object({
  id: z.string().meta({ example: '4calls' }),
  label: z.string().meta({ example: '4Calls' }),
  scope: z.enum(['platform', 'organization', 'either']).meta({
    description: 'the owner of its webhooks and events: the whole platform, an organization, or the one or the other',
  }),
  api_base: z.string().meta({ example: '/api/coordinator/organizations/{orgId}' }),
  organization_api_base: z.string().nullable().meta({
    description: 'with the scope `either`: instead of `api_base`, for an organization',
    example: null,
  }),
  emits: z.boolean().meta({ description: 'whether clients may emit its events' }),
  header_prefix: z.string().meta({ example: 'X-4Calls-' }),
});

/** Who is signed in, and what the dashboard needs to know before anything else. */
export const Session = z
  .object({
    name: z
      .string()
      .meta({ description: "the key's name; in a portal, the portal's; after single sign-on, the person's" }),
    platform: z.string().nullable().meta({ description: 'null: every platform' }),
    org_id: z.string().nullable().meta({ description: 'null: every organization' }),
    scopes: z.array(Scope),
    admin: z.boolean().meta({ description: 'an admin of all platforms, who may manage keys' }),
    portal: PortalLook.nullable().meta({ description: 'only in a portal; null: the whole dashboard' }),
    switch_url: z.string().nullable().meta({
      description:
        'where a person chooses other rights, if groups have rights for several owners; null: there is no choice',
    }),
    temporal_ui_url: z.string().nullable(),
    retry_unit_ms: z.int().meta({ description: 'one unit of the retry schedules; 60,000 except in demos' }),
    platforms: z.array(SessionPlatform).meta({ description: 'the platforms that the key may see' }),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;
