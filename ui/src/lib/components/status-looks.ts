import type { DeliveryStatus } from '../../../../core/domain/delivery.ts';
import type { Tone } from './ui/badge.svelte';

/** How each state of a delivery is called, coloured and explained. */
export const STATUS_LOOKS = {
  pending: { label: 'Pending', tone: 'info', meaning: 'Accepted, not tried yet' },
  retrying: { label: 'Retrying', tone: 'warning', meaning: 'Failed, another attempt is due' },
  delivered: { label: 'Delivered', tone: 'success', meaning: 'The receiver took it' },
  failed: { label: 'Failed', tone: 'danger', meaning: 'No attempt is left, or it was refused for good' },
  cancelled: {
    label: 'Cancelled',
    tone: 'neutral',
    meaning: 'Cancelled by hand, or its webhook was turned off or deleted',
  },
  held: { label: 'Held', tone: 'neutral', meaning: 'Its webhook is paused; it goes out on resume' },
} as const satisfies Record<DeliveryStatus, { label: string; tone: Tone; meaning: string }>;
