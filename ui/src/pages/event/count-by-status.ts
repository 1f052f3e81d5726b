import { DELIVERY_STATUSES, type DeliveryStatus } from '../../../../core/domain/delivery.ts';

export function countByStatus(deliveries: readonly { status: DeliveryStatus }[]): Record<DeliveryStatus, number> {
  const counts = DELIVERY_STATUSES.map((status) => [
    status,
    deliveries.filter((delivery) => delivery.status === status).length,
  ]);
  return Object.fromEntries(counts) as Record<DeliveryStatus, number>;
}
