import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { StoredFilter } from '../../core/domain/recovery.ts';
import { fittingKeywords } from './temporal-limits.ts';

/**
 * Search attributes for Temporal's Web UI. They must be registered with the server (docs/operations.md); the
 * embedded server registers them at its start.
 */
const SEARCH_ATTRIBUTES = {
  platform: defineSearchAttributeKey('PosthornPlatform', SearchAttributeType.KEYWORD),
  organization: defineSearchAttributeKey('PosthornOrganization', SearchAttributeType.KEYWORD_LIST),
  webhook: defineSearchAttributeKey('PosthornWebhook', SearchAttributeType.KEYWORD_LIST),
  eventType: defineSearchAttributeKey('PosthornEventType', SearchAttributeType.KEYWORD_LIST),
};

interface Owned {
  platform: string;
  org_id: string;
  webhook_id: string;
  event_type: string;
}

/** A large group names only as many organizations and webhooks as Temporal accepts. */
export function searchAttributesOf(members: Owned[]): TypedSearchAttributes {
  const distinct = (pick: (member: Owned) => string) => fittingKeywords(members.map(pick));
  return new TypedSearchAttributes([
    { key: SEARCH_ATTRIBUTES.platform, value: members[0]!.platform },
    { key: SEARCH_ATTRIBUTES.organization, value: distinct((member) => member.org_id) },
    { key: SEARCH_ATTRIBUTES.webhook, value: distinct((member) => member.webhook_id) },
    { key: SEARCH_ATTRIBUTES.eventType, value: distinct((member) => member.event_type) },
  ]);
}

/** The search attributes of a recovery, from its filter. */
export function recoveryAttributesOf(recovery: {
  platform: string | null;
  org_id: string | null;
  filter: StoredFilter;
}): TypedSearchAttributes {
  const { platform, org_id: orgId, filter } = recovery;
  return new TypedSearchAttributes([
    ...(platform ? [{ key: SEARCH_ATTRIBUTES.platform, value: platform }] : []),
    ...(orgId ? [{ key: SEARCH_ATTRIBUTES.organization, value: fittingKeywords([orgId]) }] : []),
    ...(filter.webhook_id ? [{ key: SEARCH_ATTRIBUTES.webhook, value: [filter.webhook_id] }] : []),
    ...(filter.event ? [{ key: SEARCH_ATTRIBUTES.eventType, value: [filter.event] }] : []),
  ]);
}
