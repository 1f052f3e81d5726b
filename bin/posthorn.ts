import { join, resolve } from 'node:path';
import { addDoctorWith } from '../cli/commands/doctor.ts';
import { addMasterKeyWith, type RotateMasterKey } from '../cli/commands/master-key.ts';
import { commands } from '../cli/commands/index.ts';
import { runProcess } from '../cli/run-process.ts';
import type { Delegate } from '../cli/define-command.ts';
import type { ServerChecks } from '../cli/doctor/finding.ts';

const root = join(import.meta.dirname, '..');
const dataDir = process.env['POSTHORN_DATA_DIR'] || '.posthorn';
/** Loaded when it is needed: most commands should begin at once. */
const checkServer: ServerChecks = async (...given) => (await import('./doctor/check-server.ts')).checkServer(...given);
const rotate: RotateMasterKey = async (env, dataDirs) => {
  const { completeEnvironment } = await import('./embedded/kept-environment.ts');
  const { rotate } = await import('./rotate-master-key.ts');
  return await rotate(completeEnvironment(env, dataDirs), () => {});
};
const runImport: Delegate['run'] = async (args, { env, dataDirs, ...io }) => {
  const { completeEnvironment } = await import('./embedded/kept-environment.ts');
  const { importCommand } = await import('../import/command.ts');
  return await importCommand(args, { ...io, env: completeEnvironment(env, dataDirs) });
};
/** Those that need the server's own code. */
const ofServer = [addDoctorWith(checkServer), addMasterKeyWith(rotate)];
/** Commands that read their arguments themselves. */
const delegates: Delegate[] = [
  {
    name: 'import',
    description: 'bring webhooks, history and unfinished retries over from the old system',
    run: runImport,
  },
];

await runProcess({ commands: [...commands, ...ofServer], delegates }, [resolve(root, dataDir), resolve(dataDir)]);
