import type { AuditEntry } from '../../../../core/contracts/dashboard/operation.ts';

const TITLES: Record<string, string> = {
  'webhook.registered': 'Registered',
  'webhook.updated': 'Changed',
  'webhook.deleted': 'Deleted',
  'webhook.paused': 'Paused',
  'webhook.auto_paused': 'Paused by itself',
  'webhook.resumed': 'Resumed',
  'webhook.turned_off': 'Turned off',
  'webhook.tested': 'Tested',
};

type Facts = Pick<AuditEntry, 'action' | 'details'>;

/** What was done to a webhook, in words, and what of it the log keeps. */
export function describeDeed({ action, details }: Facts): { title: string; detail: string } {
  return { title: TITLES[action] ?? action, detail: describeDetails(details) };
}

function describeDetails({ fields, active, reason, event }: AuditEntry['details']): string {
  const turned = typeof active === 'boolean' && Array.isArray(fields) ? [active ? 'turned on' : 'turned off'] : [];
  const changed = Array.isArray(fields) ? fields.filter((field) => field !== 'active').map(writeField) : [];
  const texts = [reason, event].filter((text) => typeof text === 'string');
  return [...turned, ...changed, ...texts].join(', ');
}

function writeField(field: unknown): string {
  return String(field).replaceAll('_', ' ');
}
