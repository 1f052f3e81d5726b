import type { Recovery } from '../../../../core/contracts/recovery.ts';

/** What a recovery is about, in words; times in it as ISO 8601. `webhookUrl` is that of the filter's webhook, where it is known. */
export function describeFilter({ filter, matched }: Pick<Recovery, 'filter' | 'matched'>, webhookUrl?: string): string {
  const { status, event, webhook_id: webhookId, since, until, ids } = filter;
  const statuses = status.length === 3 ? 'failed, cancelled or retrying' : status.join(' or ');
  const what = matched === 1 ? 'delivery' : 'deliveries';
  const parts = [
    ids ? `chosen ${what} that ${matched === 1 ? 'was' : 'were'} ${statuses}` : `${statuses} ${what}`,
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
