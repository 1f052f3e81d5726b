import type { FieldError } from '../../../../core/contracts/errors.ts';
import type { DashboardWebhook } from '../../../../core/contracts/dashboard/webhooks.ts';
import { SCHEDULE_LIMITS, SECONDS_PER_UNIT } from '../../../../core/domain/schedule.ts';
import type { RegisterInput, UpdateInput } from '../../lib/api/queries/webhooks.ts';
import type { Owner } from '../../lib/api/session.ts';
import { DEFAULT_POLICY, type RetryPolicy } from '../../lib/schedule/tries.ts';
import { isWholeWithin, isWithin } from './bounds.ts';
import { changeLimits, checkLimits, newLimits, type LimitsDraft } from './limits-draft.ts';

/** What the form holds. Numbers are null while their field is empty. */
export interface Draft extends LimitsDraft {
  platform: string;
  /** Empty where the platform has no organizations. */
  organization: string;
  url: string;
  description: string;
  /** Empty: one is made, or the present one stays. */
  secret: string;
  events: string[];
  active: boolean;
  attempts: number | null;
  /** Seconds. */
  interval: number | null;
  coefficient: number | null;
}

export type DraftField = keyof Draft;
export type DraftProblems = Partial<Record<DraftField, string>>;

const SECRET_LENGTH = 16;

export const SCHEDULE_BOUNDS = {
  attempts: SCHEDULE_LIMITS.maxAttempts,
  interval: {
    min: SCHEDULE_LIMITS.initialUnits.min * SECONDS_PER_UNIT,
    max: SCHEDULE_LIMITS.initialUnits.max * SECONDS_PER_UNIT,
  },
  coefficient: SCHEDULE_LIMITS.coefficient,
} as const;

/** The fields by the names that the API has for them. */
const FIELDS: Record<string, DraftField> = {
  url: 'url',
  events: 'events',
  secret: 'secret',
  description: 'description',
  active: 'active',
  'retry_policy.maximum_attempts': 'attempts',
  'retry_policy.initial_interval': 'interval',
  'retry_policy.backoff_coefficient': 'coefficient',
  'limits.concurrency': 'concurrency',
  'limits.rate': 'rate',
};

export function newDraft(owner: Owner): Draft {
  return {
    platform: owner.platform,
    organization: owner.org_id ?? '',
    url: '',
    description: '',
    secret: '',
    events: [],
    active: true,
    ...writeSchedule(DEFAULT_POLICY),
    ...newLimits(),
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
    ...writeSchedule(webhook.retry_policy),
    ...webhook.limits,
  };
}

/** The schedule that the draft describes; null where it describes none. */
export function policyOf(draft: Draft): RetryPolicy | null {
  const { attempts, interval, coefficient } = draft;
  if (attempts === null || interval === null || coefficient === null || whyNoSchedule(draft)) return null;
  return { maximum_attempts: attempts, initial_interval: interval, backoff_coefficient: coefficient };
}

/** What has to be mended before it can be sent. */
export function checkDraft(draft: Draft, hasOrganizations: boolean): DraftProblems {
  return {
    ...(hasOrganizations && draft.organization.trim() === '' && { organization: 'Say whose webhook it is.' }),
    ...(draft.url.trim() === '' && { url: 'Enter the address that is to be told.' }),
    ...(draft.secret !== '' &&
      draft.secret.length < SECRET_LENGTH && { secret: `At least ${SECRET_LENGTH} characters.` }),
    ...(draft.events.length === 0 && { events: 'Choose at least one event type.' }),
    ...whyNoSchedule(draft),
    ...checkLimits(draft),
  };
}

/** What the API found wrong, by field; `other` is about none of them. */
export function placeErrors(errors: readonly FieldError[]): { problems: DraftProblems; other: string[] } {
  const problems: DraftProblems = {};
  const other: string[] = [];
  for (const { path, message } of errors) {
    const field = FIELDS[path.replace(/\[\d+\]$/, '')];
    if (field) problems[field] ??= sentence(message);
    else other.push(sentence(path === '' ? message : `${path} ${message}`));
  }
  return { problems, other };
}

export function toRegister(draft: Draft): RegisterInput {
  const policy = policyOf(draft);
  const limits = changeLimits(draft, newLimits());
  return {
    url: draft.url.trim(),
    events: draft.events,
    active: draft.active,
    ...(draft.description.trim() && { description: draft.description.trim() }),
    ...(draft.secret && { secret: draft.secret }),
    ...(policy && { retry_policy: policy }),
    ...(limits && { limits }),
  };
}

/** What differs from the webhook as it is; null where nothing does. */
export function toUpdate(draft: Draft, webhook: DashboardWebhook): UpdateInput | null {
  const before = draftOf(webhook);
  const policy = policyOf(draft);
  const limits = changeLimits(draft, webhook.limits);
  const changed = {
    ...(draft.url.trim() !== before.url && { url: draft.url.trim() }),
    ...(draft.description.trim() !== before.description && { description: draft.description.trim() || null }),
    ...(draft.secret !== '' && { secret: draft.secret }),
    ...(isOther(draft.events, before.events) && { events: draft.events }),
    ...(draft.active !== before.active && { active: draft.active }),
    ...(policy && isOther(Object.values(policy), Object.values(webhook.retry_policy)) && { retry_policy: policy }),
    ...(limits && { limits }),
  };
  return Object.keys(changed).length === 0 ? null : changed;
}

function writeSchedule(policy: RetryPolicy) {
  return {
    attempts: policy.maximum_attempts,
    interval: policy.initial_interval,
    coefficient: policy.backoff_coefficient,
  };
}

function whyNoSchedule({ attempts, interval, coefficient }: Draft): DraftProblems | null {
  const problems: DraftProblems = {};
  const { attempts: number, interval: seconds, coefficient: factor } = SCHEDULE_BOUNDS;
  if (!isWholeWithin(attempts, number)) {
    problems.attempts = `A whole number from ${number.min} to ${number.max}.`;
  }
  if (!isWithin(interval, seconds)) problems.interval = `From ${seconds.min} to ${seconds.max} seconds.`;
  if (!isWithin(coefficient, factor)) problems.coefficient = `From ${factor.min} to ${factor.max}.`;
  return Object.keys(problems).length === 0 ? null : problems;
}

function isOther(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a.toSorted()) !== JSON.stringify(b.toSorted());
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`;
}
