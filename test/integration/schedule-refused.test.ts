import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { findFreePort } from '../../bin/embedded/ports.ts';
import { findTemporalCli } from '../../bin/embedded/temporal-cli.ts';
import { SEARCH_ATTRIBUTES } from '../../bin/embedded/temporal.ts';
import { eventually } from '../eventually.ts';
import { startReceiver } from '../receiver.ts';
import { System } from '../system.ts';

let folder: string;
let temporal: ChildProcess;
let temporalAddress: string;

/** A Temporal server with schedules disabled. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-no-schedules-'));
  const cli = await findTemporalCli(process.env, { say: () => undefined, signal: new AbortController().signal });
  const port = await findFreePort();
  temporalAddress = `127.0.0.1:${port}`;
  const options = [
    ...['--ip', '127.0.0.1', '--port', String(port), '--headless', '--log-level', 'never'],
    ...['--dynamic-config-value', 'frontend.enableSchedules=false'],
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
  temporal = spawn(cli, ['server', 'start-dev', '--disable-config-env', '--disable-config-file', ...options], {
    stdio: 'ignore',
  });
  await eventually(async () => {
    const connection = await Connection.connect({ address: temporalAddress, connectTimeout: 1_000 });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } finally {
      await connection.close();
    }
  }, 30_000);
});
afterAll(async () => {
  temporal.kill('SIGKILL');
  await once(temporal, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

test('a worker whose maintenance schedule is refused keeps running, and lets attempts finish on stop', async () => {
  const log = join(folder, 'log');
  const stack = { databaseUrl: inject('databaseUrl'), temporalAddress };
  const [system, receiver] = await Promise.all([System.start({ stack, log: openSync(log, 'w') }), startReceiver()]);
  try {
    await eventually(() => readFileSync(log, 'utf8').includes('scheduling the maintenance failed: retrying'));
    await system.register(receiver.url);
    let answer: (() => void) | undefined;
    receiver.answer((_arrival, response) => void (answer = () => response.end()));
    const [id] = await system.emit();
    await eventually(() => answer !== undefined);
    const [worker] = system.livingWorkers();
    const exited = once(worker!, 'exit');
    worker!.kill('SIGTERM');
    answer!();
    expect(await exited).toEqual([0, null]);
    expect(await system.delivery(id!)).toMatchObject({ status: 'delivered', attempts: 1 });
  } finally {
    await Promise.all([system.stop(), receiver.close()]);
  }
});
