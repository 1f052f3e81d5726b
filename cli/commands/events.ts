import type { Command } from 'commander';
import type { EventDetail } from '../api/model.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { describeOutcome, paintStatus } from '../output/describe-delivery.ts';
import type { Style } from '../output/style.ts';
import { writeFields } from '../output/table.ts';
import { localTime } from '../output/times.ts';

/** Explains which webhooks got an event, and why others did not. */
export function addEvents(program: Command, contextOf: ContextOf): void {
  const group = program.command('events').description('explain which webhooks got an event, and why others did not');
  const get = group
    .command('get')
    .description('show an event, its deliveries, and why others have none')
    .argument('<id>', "the event's id");
  get.action(
    action<object, [string]>(contextOf, async ({ api, output }, _options, id) => {
      const text = await api.getText(`/api/dashboard/events/${encodeURIComponent(id)}`);
      output.line(output.json ? text : writeEvent(JSON.parse(text) as EventDetail, output.style));
    }),
  );
  addExamples(get, 'events get 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77');
}

function writeEvent(event: EventDetail, style: Style): string {
  const owner = [event.platform, event.org_id].filter(Boolean).join(', ');
  const deliveries = event.deliveries.map(
    (one) => `  ${one.id} ${paintStatus(one.status, style)} ${one.webhook_url} ${describeOutcome(one)}`,
  );
  const others = event.not_delivered_to.map(
    ({ webhook, reason }) => `  ${webhook.url} ${style.dim(webhook.id)}: ${reason}`,
  );
  return [
    writeFields(
      [
        ['event', `${event.event} ${style.bold(event.id)}`],
        ['owner', owner],
        ['accepted', localTime(event.created_at)],
      ],
      style,
    ),
    `\n${style.bold('Deliveries')}`,
    ...(deliveries.length > 0 ? deliveries : ['  none']),
    ...(others.length > 0 ? [`\n${style.bold('Not for')}`, ...others] : []),
  ].join('\n');
}
