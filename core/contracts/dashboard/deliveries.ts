import { z } from 'zod';
import { Id, listOf, Time } from '../common.ts';
import { Delivery, DeliveryDetail } from '../delivery.ts';
import { pageOf } from '../filters.ts';
import { deliveryFilter, type Known } from './filters.ts';

export function deliveriesQuery(known: Known) {
  return z.object({ ...deliveryFilter(known), ...pageOf(50, 200) });
}

export function deliveryCountQuery(known: Known) {
  return z.object(deliveryFilter(known));
}

const owner = { platform: z.string(), org_id: z.string().nullable() };

export const DashboardDelivery = Delivery.extend({ ...owner, webhook_url: z.string() }).meta({
  id: 'DashboardDelivery',
});
export type DashboardDelivery = z.infer<typeof DashboardDelivery>;

export const DashboardDeliveryList = listOf(DashboardDelivery).meta({ id: 'DashboardDeliveryList' });

export const DeliveryCount = z
  .object({ count: z.int(), exact: z.boolean().meta({ description: 'false: there are more' }) })
  .meta({ id: 'DeliveryCount' });

const WorkflowState = z.enum(['running', 'completed', 'failed', 'canceled', 'terminated', 'none', 'unknown']);
export type WorkflowState = z.infer<typeof WorkflowState>;

export const DashboardDeliveryDetail = DeliveryDetail.extend({
  ...owner,
  webhook: z.object({
    id: Id,
    url: z.string(),
    active: z.boolean(),
    paused_at: Time.nullable(),
    deleted_at: Time.nullable(),
  }),
  waited_for_by: z.int().meta({ description: 'deliveries in line behind it, counted to 1,000' }),
  body: z.string().meta({ description: 'exactly what the receiver gets' }),
  request_headers: z.record(z.string(), z.string()).meta({
    description:
      'of the last attempt, or of the next where there was none; signatures are made with the secret of today, and are "…" for keys without webhooks:write',
  }),
  workflow: z.object({
    id: z.string().nullable(),
    url: z.string().nullable(),
    state: WorkflowState.meta({ description: 'none: there is no workflow; unknown: Temporal could not be asked' }),
    detail: z.string().nullable(),
  }),
}).meta({ id: 'DashboardDeliveryDetail' });
export type DashboardDeliveryDetail = z.infer<typeof DashboardDeliveryDetail>;
