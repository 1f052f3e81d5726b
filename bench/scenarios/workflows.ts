import { readUsed } from '../actions.ts';
import { makeEvents, takeNumbers } from '../events.ts';
import { postAll, postSteadily } from '../load.ts';
import { URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import type { Receiver } from '../receivers.ts';
import { state, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import type { Target } from '../target.ts';

const CLIENTS = 64;
/** Below the rate from which deliveries share workflows. */
const ORDINARY_PER_SECOND = 4;
const SHARED_PER_SECOND = 100;
const OPEN_LIMIT_MS = 120_000;
/** The schedule takes 62 units. */
const UNIT = '100ms';

export const workflows: Scenario = {
  name: 'workflows',
  about:
    "Temporal's workflows, Actions and histories for 1,000 deliveries: singly, in groups, and when all attempts fail",
  run: measureWorkflows,
};

async function measureWorkflows(stage: Stage): Promise<Figure[]> {
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn({ POSTHORN_RETRY_UNIT: UNIT });
  await posthorn.register(receiver.url);
  const target = posthorn.targetOf(URPA);
  const figures: Figure[] = [];
  for (const fails of [false, true]) {
    await receiver.answer({ status: fails ? 500 : 200 });
    const result = fails ? 'all six attempts fail' : 'delivered';
    for (const perSecond of [ORDINARY_PER_SECOND, SHARED_PER_SECOND, null]) {
      const events = (perSecond ?? stage.scale(1_000, 100)) * stage.scale(20, 3);
      const name = `${perSecond === null ? 'at full load' : `${perSecond} a second`}, ${result}`;
      stage.say(name);
      figures.push(...(await measureUsed(posthorn, target, receiver, name, events, perSecond)));
    }
  }
  return figures;
}

async function measureUsed(
  posthorn: Posthorn,
  target: Target,
  receiver: Receiver,
  name: string,
  events: number,
  perSecond: number | null,
): Promise<Figure[]> {
  const since = new Date();
  const numbers = takeNumbers(events);
  const bodies = makeEvents(numbers, target.eventType);
  await receiver.watch(numbers);
  await (perSecond === null ? postAll(target, bodies, CLIENTS) : postSteadily(target, bodies, perSecond));
  for (const deadline = Date.now() + OPEN_LIMIT_MS; (await posthorn.countOpen()) > 0;) {
    if (Date.now() > deadline) throw new Error('not all deliveries have ended');
    await target.settle();
  }
  await target.settle();
  const used = await readUsed(posthorn, since);
  const each = (amount: number) => (amount * 1_000) / events;
  return [
    state(`${name}: workflows`, 'per 1,000', each(used.workflows)),
    state(`${name}: Actions`, 'per 1,000', each(used.actions)),
    state(`${name}: events of histories`, 'per 1,000', each(used.events)),
    state(`${name}: histories`, 'bytes each', used.bytes / events),
  ];
}
