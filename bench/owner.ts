/** The owner of webhooks and events: the platform URPA, or an organization of 4Calls. */
export interface Owner {
  platform: 'urpa' | '4calls';
  orgId?: string;
  apiBase: string;
  eventType: string;
}

export const URPA: Owner = {
  platform: 'urpa',
  apiBase: '/api/urpa',
  eventType: 'activity.created',
};

/** URPA's second webhook, for events to which the first is not subscribed. */
export const URPA_CONTACTS: Owner = { ...URPA, eventType: 'contact.created' };

export function organization(orgId: string): Owner {
  const apiBase = `/api/coordinator/organizations/${orgId}`;
  return { platform: '4calls', orgId, apiBase, eventType: 'contact.created' };
}
