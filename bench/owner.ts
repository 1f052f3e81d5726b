/** Who webhooks and events belong to: the platform URPA, or an organization of 4Calls. */
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

/** The same platform's second webhook, for events that the first does not want. */
export const URPA_CONTACTS: Owner = { ...URPA, eventType: 'contact.created' };

export function organization(id: string): Owner {
  const apiBase = `/api/coordinator/organizations/${id}`;
  return { apiBase, webhooks: `${apiBase}/webhooks`, eventType: 'contact.created' };
}
