import { resolve } from 'node:path';
import { addDoctorWith } from './commands/doctor.ts';
import { addElsewhere } from './commands/elsewhere.ts';
import { commands } from './commands/index.ts';
import { runProcess } from './run-process.ts';

/** The program of the package `@posthorn/cli`, which has nothing of the server. */
const ofServer = [
  addDoctorWith(null),
  addElsewhere('master-key', 'exchange the key that encrypts secrets in the database'),
  addElsewhere('import', 'bring webhooks and history over from the old system'),
];

await runProcess({ commands: [...commands, ...ofServer], delegates: [] }, [
  resolve(process.env['POSTHORN_DATA_DIR'] || '.posthorn'),
]);
