import { z } from 'zod';
import { RECOVERABLE_STATUSES, RECOVERY_RATE, RECOVERY_STATES } from '../domain/recovery.ts';
import { Id, listOf, OrgId, Time } from './common.ts';
import { createdBetweenTexts, eventTypeOf, uuid } from './filters.ts';
import { quote } from './issues.ts';

const MOST_IDS = 1_000;

/** A member that is misspelt would make a recovery wider than was meant. */
function refuseUnknown(members: z.core.$ZodLooseShape) {
  return (issue: z.core.$ZodRawIssue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown ${issue.keys.map(quote).join(', ')}; valid are ${Object.keys(members).join(', ')}`
      : undefined;
}

function closed<Shape extends z.core.$ZodLooseShape>(members: Shape) {
  return z.strictObject(members, { error: refuseUnknown(members) });
}

const status = z
  .array(
    z.enum(RECOVERABLE_STATUSES, {
      error: (issue) => `unknown status ${quote(issue.input)}; valid are ${RECOVERABLE_STATUSES.join(', ')}`,
    }),
  )
  .min(1)
  .transform((statuses) => [...new Set(statuses)])
  .default(['failed'])
  .meta({ description: 'default: failed', example: ['failed'] });

function filterMembers(eventTypes: readonly string[]) {
  return {
    webhook_id: uuid.toLowerCase().optional(),
    event: eventTypeOf(eventTypes).optional(),
    status,
    ...createdBetweenTexts,
    ids: z
      .array(uuid.toLowerCase())
      .min(1)
      .max(MOST_IDS)
      .transform((ids) => [...new Set(ids)])
      .optional()
      .meta({ description: 'only these deliveries; the rest of the filter applies as well' }),
  };
}

const Rate = z
  .int()
  .min(RECOVERY_RATE.min)
  .max(RECOVERY_RATE.max)
  .meta({ description: `deliveries per second at most, default ${RECOVERY_RATE.default}`, example: 200 });

const options = {
  dry_run: z.boolean().optional().meta({ description: 'true: only count what matches' }),
  rate: Rate.optional(),
};

/** What starts a recovery on a platform with these event types. */
export function recoveryInput(eventTypes: readonly string[]) {
  return closed({ filter: closed(filterMembers(eventTypes)), ...options });
}

/** What starts a recovery from the dashboard, over everything that its user may see. */
export function wideRecoveryInput(platformIds: readonly string[], eventTypes: readonly string[]) {
  const members = {
    platform: z
      .enum(platformIds as [string, ...string[]], {
        error: (issue) => `unknown platform ${quote(issue.input)}; valid are ${platformIds.join(', ')}`,
      })
      .optional()
      .meta({ description: 'left out: every platform' }),
    org_id: OrgId.optional().meta({ description: 'left out: every organization' }),
    ...filterMembers(eventTypes),
  };
  return closed({ filter: closed(members), ...options });
}

export const RecoveryUpdate = closed({ rate: Rate }).meta({ id: 'RecoveryUpdate' });

export const RecoveryCount = z
  .object({
    count: z.int().meta({ description: 'deliveries that match now, at most 10,000' }),
    exact: z.boolean().meta({ description: 'false: there may be more' }),
  })
  .meta({ id: 'RecoveryCount' });

const count = z.int().min(0);

export const Recovery = z
  .object({
    id: Id,
    platform: z.string().nullable().meta({ description: 'null: every platform', example: '4calls' }),
    org_id: z
      .string()
      .nullable()
      .meta({ description: 'null: every organization, or a platform without', example: 'org-42' }),
    state: z.enum(RECOVERY_STATES),
    filter: z
      .object({
        webhook_id: Id.optional(),
        event: z.string().optional(),
        status: z.array(z.enum(RECOVERABLE_STATUSES)),
        since: Time.optional(),
        until: Time.optional(),
        ids: z.array(Id).optional(),
      })
      .meta({ description: 'the filter of the request' }),
    rate: z.int().meta({ description: 'deliveries a second at most' }),
    matched: count.meta({ description: 'deliveries that matched at the start' }),
    matched_exact: z.boolean().meta({
      description:
        'false: it began before all were counted, and at least so many matched; true when it has run to its end',
    }),
    retried: count.meta({ description: 'deliveries retried so far' }),
    skipped: count.meta({ description: 'deliveries skipped so far' }),
    skipped_reasons: z.object({
      webhook_deleted: count,
      webhook_inactive: count,
      webhook_paused: count,
      in_flight: count.meta({ description: 'an attempt was in flight, or a retry was pending' }),
      event_expired: count.meta({ description: 'its event is past the retention' }),
    }),
    created_by: z.string().meta({ description: 'the name of the key that started it' }),
    created_at: Time,
    updated_at: Time,
    finished_at: Time.nullable(),
    workflow_id: z.string().nullable().meta({ description: 'null if nothing matched' }),
  })
  .meta({ id: 'Recovery' });
export type Recovery = z.infer<typeof Recovery>;

export const RecoveryList = listOf(Recovery).meta({ id: 'RecoveryList' });
