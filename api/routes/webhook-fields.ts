import type { RegisterWebhook, UpdateWebhook, Webhook as WebhookAnswer } from '../../core/contracts/webhook.ts';
import type { Webhook } from '../../core/db/entities/webhook.ts';
import { DEFAULT_LANE_LIMITS, type LaneLimits } from '../../core/domain/lane-limits.ts';
import { DEFAULT_SCHEDULE, SECONDS_PER_UNIT } from '../../core/domain/schedule.ts';
import type { SecretBox } from '../../core/secrets.ts';

/** A webhook as the API shows it: without its secret. */
export function writeWebhook(webhook: Webhook): WebhookAnswer {
  return {
    id: webhook.id,
    ...(webhook.orgId !== '' && { org_id: webhook.orgId }),
    url: webhook.url,
    events: webhook.events,
    description: webhook.description ?? null,
    active: webhook.active,
    inactive_reason: webhook.inactiveReason ?? null,
    paused: Boolean(webhook.pausedAt),
    paused_at: webhook.pausedAt?.toISOString() ?? null,
    paused_reason: webhook.pausedReason ?? null,
    retry_policy: {
      maximum_attempts: webhook.maxAttempts,
      initial_interval: toSeconds(webhook.initialUnits),
      backoff_coefficient: webhook.coefficient,
    },
    limits: limitsOf(webhook),
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
  };
}

/** The columns of a retry policy; what it leaves out is as in `base`. */
export function scheduleColumns(policy: RegisterWebhook['retry_policy'], base = DEFAULT_SCHEDULE) {
  return {
    maxAttempts: policy?.maximum_attempts ?? base.maxAttempts,
    initialUnits:
      policy?.initial_interval === undefined ? base.initialUnits : policy.initial_interval / SECONDS_PER_UNIT,
    coefficient: policy?.backoff_coefficient ?? base.coefficient,
  };
}

/** The columns of limits; what they leave out is as in `base`. */
export function limitColumns(limits: RegisterWebhook['limits'], base: LaneLimits = DEFAULT_LANE_LIMITS) {
  const { concurrency, rate } = { ...base, ...limits };
  return { concurrency, rateLimit: rate };
}

/** Everything but turning on and off, which counts for deliveries as well. */
export function applyUpdate(webhook: Webhook, input: UpdateWebhook, secretBox: SecretBox): void {
  if (input.url !== undefined) webhook.url = input.url;
  if (input.events !== undefined) webhook.events = input.events;
  if (input.secret !== undefined) webhook.secret = secretBox.seal(input.secret);
  if (input.description !== undefined) webhook.description = input.description;
  if (input.retry_policy) Object.assign(webhook, scheduleColumns(input.retry_policy, webhook));
  if (input.limits) Object.assign(webhook, limitColumns(input.limits, limitsOf(webhook)));
  webhook.updatedAt = new Date();
}

function limitsOf({ concurrency, rateLimit }: Webhook): LaneLimits {
  return { concurrency, rate: rateLimit ?? null };
}

/** Units are kept as fractions: 100 s must not come back as 99.99999999999999. */
function toSeconds(units: number): number {
  return Number((units * SECONDS_PER_UNIT).toFixed(6));
}
