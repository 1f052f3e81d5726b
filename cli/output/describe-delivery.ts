import type { Delivery, DeliveryDetail, Status } from '../api/model.ts';
import type { Style } from './style.ts';
import { writeFields } from './table.ts';
import { clockTime, localTime, timeUntil } from './times.ts';

const COLOURS: Record<Status, 'green' | 'red' | 'yellow' | 'dim' | 'cyan'> = {
  delivered: 'green',
  failed: 'red',
  retrying: 'yellow',
  held: 'yellow',
  pending: 'cyan',
  cancelled: 'dim',
};

export function paintStatus(status: Status, style: Style): string {
  return style[COLOURS[status]](status);
}

/** What came of the last attempt, in a few words. */
export function describeOutcome({
  status,
  status_code: code,
  error_message: error,
  next_attempt_at: next,
}: Delivery): string {
  const outcome = error ?? (code === null ? '' : String(code));
  return status === 'retrying' && next !== null ? `${outcome}, next attempt ${timeUntil(next)}` : outcome;
}

/** One line of `posthorn tail`. */
export function writeChange(delivery: Delivery, style: Style): string {
  const { updated_at, status, event, id, webhook_url, attempts, max_attempts, org_id, platform } = delivery;
  const owner = org_id === null ? platform : `${platform}/${org_id}`;
  const tries = attempts > 0 ? style.dim(`attempt ${attempts}/${max_attempts}`) : '';
  return [
    style.dim(clockTime(updated_at)),
    paintStatus(status, style) + ' '.repeat(Math.max(0, 9 - status.length)),
    event,
    style.dim(`${owner} ${id} →`),
    webhook_url,
    tries,
    describeOutcome(delivery),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** What happened to a delivery, with every attempt. */
export function writeDetail(delivery: DeliveryDetail, style: Style): string {
  const parts = [
    writeFields(
      [
        ['delivery', style.bold(delivery.id)],
        ['event', `${delivery.event} ${style.dim(delivery.event_id)}`],
        ['owner', [delivery.platform, delivery.org_id].filter(Boolean).join(', ')],
        ['webhook', `${delivery.webhook.url} ${style.dim(delivery.webhook.id)}${describeWebhook(delivery)}`],
        [
          'status',
          `${paintStatus(delivery.status, style)}, ${delivery.attempts} of ${delivery.max_attempts} attempts made`,
        ],
        ['next', describeNext(delivery)],
      ],
      style,
    ),
    `\n${style.bold('What happened')}`,
    ...delivery.timeline.map(
      ({ at, type, detail }) => `  ${style.dim(localTime(at))} ${paintEntry(type, style)}  ${detail}`,
    ),
  ];
  const last = delivery.attempt_history.at(-1);
  if (last?.response_body) parts.push(`\n${style.bold('Last response')}`, indent(last.response_body));
  parts.push(`\n${style.bold('Body')}`, indent(delivery.body));
  return parts.join('\n');
}

function describeWebhook({ webhook }: DeliveryDetail): string {
  if (webhook.deleted_at !== null) return ', deleted';
  if (!webhook.active) return ', off';
  return webhook.paused_at === null ? '' : ', paused';
}

/** What happens next and what could be done; null if it is over and well. */
function describeNext({
  id,
  status,
  next_attempt_at: next,
  schedule,
  waits_for: first,
  webhook,
}: DeliveryDetail): string | null {
  if (first !== null) return `waits for ${first}, which is before it in line`;
  if (status === 'held') return `it goes out when the webhook is resumed: posthorn webhooks resume ${webhook.id}`;
  if (status === 'failed') return `nothing, unless it is retried: posthorn retry ${id}`;
  if (next === null) return null;
  const more = schedule.length > 1 ? `, ${schedule.length - 1} more if that fails` : '';
  return `attempt ${schedule[0]?.number ?? ''} ${timeUntil(next)}${more}`;
}

function paintEntry(type: string, style: Style): string {
  const text = type.replace('_', ' ').padEnd(15);
  if (type === 'delivered') return style.green(text);
  return type === 'failed' || type === 'cancelled' ? style.red(text) : text;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
