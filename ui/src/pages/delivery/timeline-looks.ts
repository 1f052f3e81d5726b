import Ban from '@lucide/svelte/icons/ban';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CirclePause from '@lucide/svelte/icons/circle-pause';
import CirclePlay from '@lucide/svelte/icons/circle-play';
import CircleX from '@lucide/svelte/icons/circle-x';
import Hand from '@lucide/svelte/icons/hand';
import Inbox from '@lucide/svelte/icons/inbox';
import Send from '@lucide/svelte/icons/send';
import type { Component } from 'svelte';
import type { TimelineEntry } from '../../../../core/contracts/delivery.ts';

interface Look {
  label: string;
  tone: string;
  icon: Component<{ class?: string; 'aria-hidden'?: 'true' }>;
}

/** The label, icon and colour of each type of timeline entry. */
export const TIMELINE_LOOKS: Record<TimelineEntry['type'], Look> = {
  accepted: { label: 'Accepted', tone: 'text-muted-foreground', icon: Inbox },
  attempt: { label: 'Attempt', tone: 'text-info', icon: Send },
  retry_requested: { label: 'Retry requested', tone: 'text-info', icon: Hand },
  held: { label: 'Held', tone: 'text-muted-foreground', icon: CirclePause },
  resumed: { label: 'Resumed', tone: 'text-muted-foreground', icon: CirclePlay },
  delivered: { label: 'Delivered', tone: 'text-success', icon: CircleCheck },
  failed: { label: 'Failed', tone: 'text-danger', icon: CircleX },
  cancelled: { label: 'Cancelled', tone: 'text-muted-foreground', icon: Ban },
};
