/** The first parts of the keys under which answers are kept; what is heard live makes them stale. */
export const KEYS = {
  session: 'session',
  overview: 'overview',
  health: 'health',
  organizations: 'organizations',
  webhooks: 'webhooks',
  webhook: 'webhook',
  deliveries: 'deliveries',
  delivery: 'delivery',
  events: 'events',
  event: 'event',
  eventTypes: 'event-types',
  keys: 'keys',
  audit: 'audit',
  recoveries: 'recoveries',
  recovery: 'recovery',
} as const;
