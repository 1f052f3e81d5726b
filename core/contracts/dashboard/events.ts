import { z } from 'zod';
import { DELIVERY_STATUSES } from '../../domain/delivery.ts';
import { Id, listOf, Time } from '../common.ts';
import { DashboardDelivery } from './deliveries.ts';
import { pageOf } from '../filters.ts';
import { eventFilter, type Known } from './filters.ts';

export function eventsQuery(known: Known) {
  return z.object({ ...eventFilter(known), ...pageOf(50, 200) });
}

const fields = {
  id: Id,
  platform: z.string(),
  org_id: z.string().nullable(),
  event: z.string().meta({ example: 'contact.created' }),
  created_at: Time,
};

const counts = Object.fromEntries(DELIVERY_STATUSES.map((status) => [status, z.int()])) as Record<
  (typeof DELIVERY_STATUSES)[number],
  z.ZodInt
>;

export const DashboardEvent = z.object({ ...fields, deliveries: z.object(counts) }).meta({ id: 'DashboardEvent' });
export type DashboardEvent = z.infer<typeof DashboardEvent>;

export const DashboardEventList = listOf(DashboardEvent).meta({ id: 'DashboardEventList' });

export const DashboardEventDetail = z
  .object({
    ...fields,
    body: z.string().meta({ description: 'exactly what the receivers get' }),
    deliveries: z.array(DashboardDelivery),
    not_delivered_to: z
      .array(z.object({ webhook: z.object({ id: Id, url: z.string() }), reason: z.string() }))
      .meta({ description: "the owner's other webhooks, at most 500 of them, and why the event was not for each" }),
  })
  .meta({ id: 'DashboardEventDetail' });
export type DashboardEventDetail = z.infer<typeof DashboardEventDetail>;
