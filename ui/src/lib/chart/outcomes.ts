/** The results of deliveries as series of a chart, from bottom to top. */
export const OUTCOMES = [
  { key: 'delivered', label: 'Delivered', fill: 'fill-success-bar', swatch: 'bg-success-bar' },
  { key: 'cancelled', label: 'Cancelled', fill: 'fill-neutral-bar', swatch: 'bg-neutral-bar' },
  { key: 'failed', label: 'Failed', fill: 'fill-danger-bar', swatch: 'bg-danger-bar' },
] as const;

export const ATTEMPTS = [
  { key: 'failed_attempts', label: 'Failed attempts', fill: 'fill-warning-bar', swatch: 'bg-warning-bar' },
] as const;
