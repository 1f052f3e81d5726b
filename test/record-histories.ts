import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded } from '../bin/embedded/stack.ts';
import { findTemporalCli } from '../bin/embedded/temporal-cli.ts';
import { recordDeliveries } from './recorder/record-deliveries.ts';
import { recordRecoveries } from './recorder/record-recoveries.ts';
import { startReceiver } from './receiver.ts';
import { System } from './system.ts';

// Records the histories that test/integration/replay.test.ts replays:  node test/record-histories.ts
// Writes only histories that are missing in test/histories. Takes two minutes.

const folder = mkdtempSync(join(tmpdir(), 'posthorn-histories-'));
const say = (line: string) => console.log(line);

/** A Temporal CLI whose server suggests continue-as-new after 40 events instead of thousands. */
async function shortenHistories(): Promise<string> {
  const cli = await findTemporalCli(process.env, { say, signal: new AbortController().signal });
  const path = join(folder, 'temporal');
  const flags = '--dynamic-config-value limit.historyCount.suggestContinueAsNew=40';
  writeFileSync(path, `#!/bin/sh\nif [ "$1" = server ]; then set -- "$@" ${flags}; fi\nexec '${cli}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

process.env['TEMPORAL_CLI'] = await shortenHistories();
const bundle = join(folder, 'workflow-bundle.js');
execFileSync(process.execPath, [fileURLToPath(new URL('../bin/bundle-workflows.ts', import.meta.url)), bundle]);
const stack = await startEmbedded({ dataDir: join(folder, 'data'), say });
const env = { POSTHORN_WORKFLOW_BUNDLE: bundle };
const [system, receiver] = await Promise.all([
  System.start({ stack, workers: 2, retryUnit: '500ms', env }),
  startReceiver(),
]);
try {
  await recordDeliveries(system, receiver);
  await recordRecoveries(system, receiver);
} finally {
  await system.stop();
  await receiver.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}
