import { setTimeout as sleep } from 'node:timers/promises';
import { takeNumbers } from '../events.ts';
import { emitMany } from '../held.ts';
import { warmUp } from '../measure.ts';
import { URPA } from '../owner.ts';
import type { Posthorn } from '../posthorn.ts';
import { divide, readCpu, readMemory, subtract, sumOf, type ByProcess } from '../processes.ts';
import { compare, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const LIMIT_MS = 300_000;

export const waiting: Scenario = {
  name: 'waiting',
  about: 'the cost of very many deliveries that wait for their retry',
  run: measureWaiting,
};

async function measureWaiting(stage: Stage): Promise<Figure[]> {
  const events = stage.scale(100_000, 5_000);
  const seconds = stage.scale(30, 5);
  const receiver = await stage.receiver();
  const posthorn = await stage.posthorn({ POSTHORN_RETRY_UNIT: '1h' });
  await posthorn.register(receiver.url);
  const target = posthorn.targetOf(URPA);
  stage.say('warming up');
  await warmUp(target, receiver);
  await target.settle();
  const without = await measureIdle(posthorn, seconds);

  stage.say(`${events} deliveries fail once`);
  await receiver.answer({ status: 500 });
  const numbers = takeNumbers(events);
  await receiver.watch(numbers);
  await emitMany(posthorn, URPA, numbers);
  await receiver.untilAll(LIMIT_MS);
  await target.settle();
  stage.say(`they wait, for ${seconds} s`);
  const idle = await measureIdle(posthorn, seconds);
  const beside = (value: number | undefined) => ({ name: 'none waiting', value: value ?? NaN });
  return [
    compare('CPU without events, all processes', 'ms/s', sumOf(idle.cpu), beside(sumOf(without.cpu))),
    ...Object.entries(idle.cpu).map(([name, ms]) =>
      compare(`CPU without events, ${name}`, 'ms/s', ms, beside(without.cpu[name])),
    ),
    ...Object.entries(idle.memory).map(([name, mebibytes]) =>
      compare(`memory of ${name}`, 'MiB', mebibytes, beside(without.memory[name])),
    ),
  ];
}

async function measureIdle({ processes }: Posthorn, seconds: number): Promise<{ cpu: ByProcess; memory: ByProcess }> {
  const before = readCpu(processes);
  await sleep(seconds * 1000);
  return { cpu: divide(subtract(readCpu(processes), before), seconds), memory: readMemory(processes) };
}
