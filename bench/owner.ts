/** The owner of webhooks and events: the platform URPA, or an organization of 4Calls. */
export interface Owner {
  apiBase: string;
  webhooks: string;
  eventType: string;
}

export const URPA: Owner = {
  apiBase: '/api/urpa',
  webhooks: '/api/urpa/integrations/webhooks',
  eventType: 'activity.created',
};

/** URPA's second webhook, for events to which the first is not subscribed. */
export const URPA_CONTACTS: Owner = { ...URPA, eventType: 'contact.created' };

export function organization(id: string): Owner {
  const apiBase = `/api/coordinator/organizations/${id}`;
  return { apiBase, webhooks: `${apiBase}/webhooks`, eventType: 'contact.created' };
}
