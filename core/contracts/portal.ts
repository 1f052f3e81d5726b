import { z } from 'zod';
import { CONTROL, plainText, Time } from './common.ts';

/** Seconds in which a link can be opened. */
const EXPIRES_IN = { min: 1, max: 86_400, default: 600 };
const HEX_COLOUR = /^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/;

const Permissions = z.enum(['read', 'write']);
export type PortalPermissions = z.infer<typeof Permissions>;

/** Unknown members are ignored. */
export const PortalLinkInput = z
  .object({
    expires_in: z
      .int()
      .min(EXPIRES_IN.min)
      .max(EXPIRES_IN.max)
      .optional()
      .transform((seconds) => seconds ?? EXPIRES_IN.default)
      .meta({ description: `seconds in which the link can be opened, default ${EXPIRES_IN.default}`, example: 600 }),
    permissions: Permissions.optional()
      .transform((permissions) => permissions ?? 'read')
      .meta({ description: 'write: webhooks can be changed and deliveries retried as well; default read' }),
    name: plainText(z.string().min(1).max(60))
      .refine((text) => !CONTROL.test(text), { error: 'must not contain control characters' })
      .optional()
      .meta({
        description: 'shown in place of the name of the platform',
        example: 'Acme',
        pattern: '^[^\\x00-\\x1f\\x7f]+$',
      }),
    accent: z
      .string()
      .regex(HEX_COLOUR, { error: 'must be a hex colour, such as #0f766e' })
      .optional()
      .meta({ description: 'colour of buttons and links', example: '#0f766e' }),
  })
  .meta({ id: 'PortalLinkInput' });

export const PortalLink = z
  .object({
    url: z.string().meta({
      description: 'works once; only this answer contains it',
      example: 'https://posthorn.example.com/portal/01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77#kq3…',
    }),
    expires_at: Time,
  })
  .meta({ id: 'PortalLink' });

export const PortalOpening = z
  .object({
    token: z.string().min(1).max(200).meta({ description: "the part of the link's URL after #" }),
    framed: z.boolean().optional().meta({ description: 'whether the page is in a frame of another site' }),
  })
  .meta({ id: 'PortalOpening' });

/** What a portal shows of the product that it is part of. */
export const PortalLook = z.object({
  name: z.string().meta({ description: "the link's name, else that of the platform" }),
  accent: z.string().nullable().meta({ description: 'a hex colour' }),
});
export type PortalLook = z.infer<typeof PortalLook>;
