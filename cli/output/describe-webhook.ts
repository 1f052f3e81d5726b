import { stateOf, type Webhook } from '../api/model.ts';
import type { Style } from './style.ts';
import { writeFields, writeTable } from './table.ts';
import { localTime } from './times.ts';

function paintState(webhook: Webhook, style: Style): string {
  const state = stateOf(webhook);
  if (state !== 'active') return state === 'paused' ? style.yellow(state) : style.red(state);
  return webhook.struggling ? style.yellow('struggling') : style.green(state);
}

export function writeWebhooks(webhooks: readonly Webhook[], style: Style): string {
  return writeTable(
    ['id', 'state', 'owner', 'waiting', 'url', 'events'],
    webhooks.map((webhook) => [
      webhook.id,
      paintState(webhook, style),
      [webhook.platform, webhook.org_id].filter(Boolean).join('/'),
      String(webhook.waiting.pending + webhook.waiting.retrying + webhook.waiting.held),
      webhook.url,
      webhook.events.join(', '),
    ]),
    style,
    'no webhooks',
  );
}

export function writeWebhook(webhook: Webhook, style: Style): string {
  const { waiting, last_failure: failure, lane, filter, headers, secret_rotation: rotation } = webhook;
  const reason = webhook.inactive_reason ?? webhook.paused_reason;
  const waits = Object.entries(waiting).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
  return writeFields(
    [
      ['webhook', style.bold(webhook.id)],
      ['owner', [webhook.platform, webhook.org_id].filter(Boolean).join(', ')],
      ['url', webhook.url],
      ['events', webhook.events.join(', ')],
      ['description', webhook.description],
      ['state', `${paintState(webhook, style)}${reason === null ? '' : `: ${reason}`}`],
      ['waiting', waits.join(', ') || 'nothing'],
      ['last failure', failure && `${localTime(failure.at)} ${failure.message}`],
      ['held back', lane && `${lane.state}: ${lane.reason}`],
      ['filter', filter],
      [
        'headers',
        Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join(', ') || null,
      ],
      ['rotation', rotation && `the old secret is valid until ${localTime(rotation.expires_at)}`],
      ['registered', localTime(webhook.created_at)],
    ],
    style,
  );
}
