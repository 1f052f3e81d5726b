import type { DeliveryStatus } from '../../../../core/domain/delivery.ts';
import type { Tone } from './ui/badge.svelte';

/** The label, colour and explanation of each delivery status. */
export const STATUS_LOOKS = {
  pending: { label: 'Pending', tone: 'info', meaning: 'Accepted, not attempted yet' },
  retrying: { label: 'Retrying', tone: 'warning', meaning: 'Failed, another attempt will follow' },
  delivered: { label: 'Delivered', tone: 'success', meaning: 'Accepted by the receiver (2xx)' },
  failed: { label: 'Failed', tone: 'danger', meaning: 'No attempts left, or answered with 410' },
  cancelled: {
    label: 'Cancelled',
    tone: 'neutral',
    meaning: 'Cancelled manually, or its webhook was turned off or deleted',
  },
  held: { label: 'Held', tone: 'neutral', meaning: 'Its webhook is paused; it is sent on resume' },
} as const satisfies Record<DeliveryStatus, { label: string; tone: Tone; meaning: string }>;
