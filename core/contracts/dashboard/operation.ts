import { z } from 'zod';
import { Id, listOf, plainText, Time } from '../common.ts';
import { pageOf } from '../filters.ts';
import { ownerFilter, subject, type Known } from './filters.ts';

const Part = z.object({ ok: z.boolean(), detail: z.string() });

export const SystemHealth = z
  .object({
    database: Part,
    replica: Part.nullable().meta({ description: 'the server of `DATABASE_READ_URL`; null: none is set' }),
    temporal: Part,
    workers: z.array(
      z.object({
        id: Id,
        host: z.string().nullable().meta({ description: 'for admins of everything only' }),
        pid: z.int().nullable(),
        beat_at: Time,
        started_at: Time,
        alive: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'SystemHealth' });
export type SystemHealth = z.infer<typeof SystemHealth>;

export function auditQuery(known: Known) {
  return z.object({
    ...ownerFilter(known),
    subject_id: subject,
    action: z.string().max(100).optional().meta({ example: 'webhook.paused' }),
    ...pageOf(50, 200),
  });
}

export const AuditList = listOf(
  z
    .object({
      id: Id,
      at: Time,
      actor: z.string(),
      action: z.string(),
      platform: z.string().nullable(),
      org_id: z.string().nullable(),
      subject_id: Id.nullable(),
      details: z.record(z.string(), z.unknown()),
    })
    .meta({ id: 'AuditEntry' }),
).meta({ id: 'AuditList' });
export type AuditEntry = z.infer<typeof AuditList>['data'][number];

export const UrlCheckInput = z.object({ url: plainText(z.string().min(1).max(4096)) }).meta({ id: 'UrlCheckInput' });

export const UrlCheck = z
  .object({
    allowed: z.boolean(),
    reason: z.string().nullable().meta({ description: 'why a webhook must not have it' }),
  })
  .meta({ id: 'UrlCheck' });

/** The data of the stream's `change` events. What is named may have changed in any way. */
export const LiveChange = z
  .object({
    deliveries: z.array(Id).max(100),
    more_deliveries: z.boolean().meta({ description: 'others changed too that are not named' }),
    webhooks: z.array(Id).max(100),
    recoveries: z.array(Id).max(100),
    overview: z.boolean(),
  })
  .meta({ id: 'LiveChange' });
export type LiveChange = z.infer<typeof LiveChange>;

/** An event of the stream. One that says only where the stream stands has neither `event` nor `data`. */
export const LiveEvent = z
  .object({
    id: z.string().meta({ description: 'for `Last-Event-ID`' }),
    event: z.enum(['change', 'reset']).optional(),
    data: z
      .union([LiveChange, z.strictObject({})])
      .optional()
      .meta({ description: 'as JSON; empty in a `reset`' }),
  })
  .meta({ id: 'LiveEvent' });
