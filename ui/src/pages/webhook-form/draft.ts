import type { WebhookInput, WebhookUpdate } from '../../../../clients/typescript/src/types.ts';
import type { FieldError } from '../../../../core/contracts/errors.ts';
import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { OPTIONS } from '../../../../core/options/index.ts';
import type { Owner } from '../../lib/api/session.ts';
import { changesOf, checkOptions, newOptions, NO_OPTIONS, optionsOf, placeProblem } from './options/drafts.ts';
import { valuesAt } from './options/header-rows.ts';
import type { OptionDrafts } from './options/index.ts';

/** The values of the form. */
export interface Draft {
  platform: string;
  /** Empty if the platform has no organizations. */
  organization: string;
  url: string;
  description: string;
  /** Empty: generate a secret, or keep the current one. */
  secret: string;
  events: string[];
  active: boolean;
  options: OptionDrafts;
}

/** Error messages by the API's field path, such as `limits.rate`. */
export type DraftProblems = Record<string, string>;

const SECRET_LENGTH = 16;
const FIELDS = ['url', 'events', 'secret', 'description', 'active', ...Object.keys(OPTIONS)];

export function newDraft(owner: Owner): Draft {
  return {
    platform: owner.platform,
    organization: owner.org_id ?? '',
    url: '',
    description: '',
    secret: '',
    events: [],
    active: true,
    options: newOptions(),
  };
}

export function draftOf(webhook: DashboardWebhook): Draft {
  return {
    platform: webhook.platform,
    organization: webhook.org_id ?? '',
    url: webhook.url,
    description: webhook.description ?? '',
    secret: '',
    events: webhook.events,
    active: webhook.active,
    options: optionsOf(webhook),
  };
}

/** Validates the form. Returns messages by field. */
export function checkDraft(draft: Draft, hasOrganizations: boolean): DraftProblems {
  return {
    ...(hasOrganizations && draft.organization.trim() === '' && { organization: 'Enter the organization.' }),
    ...(draft.url.trim() === '' && { url: 'Enter the URL of the receiver.' }),
    ...(draft.secret !== '' &&
      draft.secret.length < SECRET_LENGTH && { secret: `At least ${SECRET_LENGTH} characters.` }),
    ...(draft.events.length === 0 && { events: 'Choose at least one event type.' }),
    ...mapValues(checkOptions(draft.options), sentence),
  };
}

/** Assigns API errors to fields. `other` are those without a field. */
export function placeErrors(errors: readonly FieldError[]): { problems: DraftProblems; other: string[] } {
  const problems: DraftProblems = {};
  const other: string[] = [];
  for (const { path, message } of errors) {
    const [field, text] = placeProblem(path.replace(/\[\d+\]$/, ''), message);
    if (FIELDS.includes(field.split('.')[0]!)) problems[field] ??= sentence(text);
    else other.push(sentence(path === '' ? message : `${path} ${message}`));
  }
  return { problems, other };
}

export function toRegister(draft: Draft): WebhookInput {
  return {
    url: draft.url.trim(),
    events: draft.events,
    active: draft.active,
    ...(draft.description.trim() && { description: draft.description.trim() }),
    ...(draft.secret && { secret: draft.secret }),
    ...changesOf(draft.options, NO_OPTIONS),
  };
}

/** The fields that differ from the saved webhook; null if none do. */
export function toUpdate(draft: Draft, webhook: DashboardWebhook): WebhookUpdate | null {
  const before = draftOf(webhook);
  const changed = {
    ...(draft.url.trim() !== before.url && { url: draft.url.trim() }),
    ...(draft.description.trim() !== before.description && { description: draft.description.trim() || null }),
    ...(draft.secret !== '' && { secret: draft.secret }),
    ...(isOther(draft.events, before.events) && { events: draft.events }),
    ...(draft.active !== before.active && { active: draft.active }),
    ...changesOf(draft.options, webhook),
  };
  return Object.keys(changed).length === 0 ? null : changed;
}

/** The value at the path of a problem. */
export function valueAt(draft: Draft, path: string): unknown {
  const [first, ...rest] = path.split('.');
  if (first === 'headers') return valuesAt(draft.options.headers, path);
  const fields: Record<string, unknown> = { ...draft, ...draft.options };
  return rest.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], fields[first!]);
}

function mapValues(texts: Record<string, string>, map: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, map(text)]));
}

function isOther(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a.toSorted()) !== JSON.stringify(b.toSorted());
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`;
}
