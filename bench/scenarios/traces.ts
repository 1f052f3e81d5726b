import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { measureLoad, warmUp } from '../measure.ts';
import { URPA } from '../owner.ts';
import { sumOf, type ByProcess } from '../processes.ts';
import type { Receiver } from '../receivers.ts';
import { compare, type Figure, type Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import type { Target } from '../target.ts';

const CLIENTS = 64;

export const traces: Scenario = {
  name: 'traces',
  about: 'CPU per delivery with traces of 1 % of all events, beside an installation that traces nothing, in turns',
  run: measureTraces,
};

async function measureTraces(stage: Stage): Promise<Figure[]> {
  const receiver = await stage.receiver();
  const collector = await startCollector();
  try {
    const off = await start(stage, receiver, { OTEL_SDK_DISABLED: 'true' });
    const on = await start(stage, receiver, {
      OTEL_SDK_DISABLED: 'false',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    });
    const rounds = stage.scale(6, 1);
    const cpu: { off: ByProcess[]; on: ByProcess[] } = { off: [], on: [] };
    for (let round = 1; round <= rounds; round++) {
      stage.say(`round ${round} of ${rounds}`);
      for (const [name, target] of Object.entries({ off, on })) {
        const run = await measureLoad(target, receiver, stage.options.events, CLIENTS);
        cpu[name as 'off' | 'on'].push(run.cpu);
      }
    }
    return [
      figure('all processes', cpu.on.map(sumOf), cpu.off.map(sumOf)),
      ...['api', 'worker'].map((process) => {
        const ofProcess = (run: ByProcess) => run[process] ?? NaN;
        return figure(`the ${process}`, cpu.on.map(ofProcess), cpu.off.map(ofProcess));
      }),
    ];
  } finally {
    await collector.close();
  }
}

function figure(name: string, on: number[], off: number[]): Figure {
  const beside = { name: 'without traces', value: meanOf(off) };
  const goal = name === 'all processes' ? { most: 1.03 } : undefined;
  return compare(`CPU per delivery with traces, ${name}`, 'ms', meanOf(on), beside, goal);
}

function meanOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function start(stage: Stage, receiver: Receiver, env: Record<string, string>): Promise<Target> {
  const posthorn = await stage.posthorn(env);
  await posthorn.register(receiver.url);
  const target = posthorn.targetOf(URPA);
  await warmUp(target, receiver);
  return target;
}

/** Accepts all spans and keeps none. */
async function startCollector() {
  const server = createServer((request, response) => request.resume().on('end', () => response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
