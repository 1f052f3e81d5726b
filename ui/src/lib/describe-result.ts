import type { Delivery } from '../../../core/contracts/delivery.ts';

type Facts = Pick<Delivery, 'status' | 'status_code' | 'error_message' | 'attempts' | 'response_body'>;

/** A short description of the last attempt's result, with a colour class. */
export function describeResult(delivery: Facts): { text: string; tone: string } {
  const quiet = 'text-muted-foreground';
  if (delivery.status === 'delivered') return { text: `${delivery.status_code ?? 'delivered'}`, tone: quiet };
  if (delivery.error_message) {
    return { text: delivery.error_message, tone: delivery.status === 'failed' ? 'text-danger' : '' };
  }
  if (delivery.attempts === 0) return { text: 'not tried yet', tone: quiet };
  return { text: delivery.status_code === null ? 'no answer' : `status ${delivery.status_code}`, tone: '' };
}
