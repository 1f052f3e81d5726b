import type { Command } from 'commander';
import type { Api } from '../api/api.ts';
import type { Delivery, DeliveryDetail } from '../api/model.ts';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { describeOutcome, paintStatus, writeDetail } from '../output/describe-delivery.ts';
import { writeTable } from '../output/table.ts';
import { localTime } from '../output/times.ts';
import { addFilters, addTimes, readFilters, readLimit, type FilterOptions } from './filter-options.ts';

const PATH = '/api/dashboard/deliveries';

/** Reads the delivery history. */
export function addDeliveries(program: Command, contextOf: ContextOf): void {
  const group = program.command('deliveries').description('list deliveries, and explain what happened to one');
  const list = addTimes(addFilters(group.command('list').description('list deliveries, newest first')))
    .option('-q, --value <text>', 'only of events with this value in their data, such as an id or an email address')
    .option('-n, --limit <count>', 'how many at most', '20');
  list.action(action(contextOf, listDeliveries));
  addExamples(
    list,
    'deliveries list --status failed,retrying --since 2h',
    'deliveries list --value ada@example.com',
    'deliveries list --limit 1000 --json | jq -r .id',
  );

  const get = group
    .command('get')
    .description('explain what happened to a delivery')
    .argument('[id]', "the delivery's id; default: the newest one");
  get.action(
    action<object, [string | undefined]>(contextOf, async ({ api, output }, _options, given) => {
      const id = given ?? (await findNewest(api));
      const text = await api.getText(`${PATH}/${encodeURIComponent(id)}`);
      // As the API wrote it, with every digit of the payload.
      output.line(output.json ? text : writeDetail(JSON.parse(text) as DeliveryDetail, output.style));
    }),
  );
  addExamples(get, 'deliveries get', 'deliveries get 01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77');
}

async function findNewest(api: Api): Promise<string> {
  const { data } = await api.get<{ data: Delivery[] }>(PATH, { ...api.ownerQuery(), limit: 1 });
  if (data[0]) return data[0].id;
  throw new CommandError('there are no deliveries');
}

async function listDeliveries(context: Context, options: FilterOptions & { limit: string }): Promise<void> {
  const { api, output } = context;
  const query = { ...api.ownerQuery(), ...readFilters(options) };
  const found: Delivery[] = [];
  const most = readLimit(options.limit);
  for await (const page of api.list<Delivery>(PATH, query, most)) {
    if (output.json) output.results(page, () => '');
    else found.push(...page);
  }
  if (output.json) return;
  output.results(found, (rows, style) =>
    writeTable(
      ['id', 'accepted', 'status', 'event', 'webhook', 'outcome'],
      rows.map((row) => [
        row.id,
        localTime(row.created_at),
        paintStatus(row.status, style),
        row.event,
        row.webhook_url,
        describeOutcome(row),
      ]),
      style,
      'no deliveries',
    ),
  );
}
