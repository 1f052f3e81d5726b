import type { Recovery } from '../../../../core/contracts/recovery.ts';

/** Describes a recovery's filter, with times in ISO 8601. `webhookUrl` is the URL of the filter's webhook, if known. */
export function describeFilter(
  { filter, matched, matched_exact: exact }: Pick<Recovery, 'filter' | 'matched' | 'matched_exact'>,
  webhookUrl?: string,
): string {
  const { status, event, webhook_id: webhookId, since, until, ids } = filter;
  const statuses = status.length === 3 ? 'failed, cancelled or retrying' : status.join(' or ');
  const one = exact && matched === 1;
  const what = one ? 'delivery' : 'deliveries';
  const parts = [
    ids ? `selected ${what} that ${one ? 'was' : 'were'} ${statuses}` : `${statuses} ${what}`,
    event && `of ${event}`,
    webhookId && `to ${webhookUrl ?? `webhook …${webhookId.slice(-8)}`}`,
    describeTime(since, until),
  ];
  return parts.filter(Boolean).join(' ');
}

function describeTime(since: string | undefined, until: string | undefined): string | undefined {
  if (since && until) return `accepted from ${since} to ${until}`;
  if (since) return `accepted since ${since}`;
  return until && `accepted before ${until}`;
}
