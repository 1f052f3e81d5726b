import { defineEntity, p } from '@mikro-orm/core';
import type { RecoveryState, StoredFilter } from '../../domain/recovery.ts';

const RecoverySchema = defineEntity({
  name: 'Recovery',
  tableName: 'recoveries',
  properties: {
    id: p.uuid().primary(),
    /** Null: every platform. */
    platform: p.string().nullable(),
    /** Null: every organization. Empty: a platform without organizations. */
    orgId: p.string().fieldName('org_id').nullable(),
    state: p.string().$type<RecoveryState>(),
    filter: p.json<StoredFilter>(),
    /** Deliveries a second at most. */
    rate: p.integer(),
    matched: p.integer(),
    /** False: at least so many matched. */
    matchedExact: p.boolean().fieldName('matched_exact'),
    retried: p.integer(),
    /** How many were left out, by reason. */
    skipped: p.json<Record<string, number>>(),
    createdBy: p.string().fieldName('created_by'),
    /** Null where nothing matched, so that nothing was started. */
    workflowId: p.string().fieldName('workflow_id').nullable(),
    createdAt: p.datetime().fieldName('created_at'),
    updatedAt: p.datetime().fieldName('updated_at'),
    finishedAt: p.datetime().fieldName('finished_at').nullable(),
  },
});

export class Recovery extends RecoverySchema.class {}
RecoverySchema.setClass(Recovery);
