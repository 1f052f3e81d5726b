import type { Finding } from '../../cli/doctor/finding.ts';
import { ConfigError, readConfig, type Config } from '../../core/config.ts';
import { completeEnvironment } from '../embedded/kept-environment.ts';
import { checkDns } from './check-dns.ts';
import { checkMachine } from './check-machine.ts';
import { checkPostgres } from './check-postgres.ts';
import { checkReplica } from './check-replica.ts';
import { checkTemporal } from './check-temporal.ts';

/** Checks everything that the server needs, with its environment. Changes nothing. */
export async function checkServer(env: NodeJS.ProcessEnv, dataDirs: readonly string[]): Promise<Finding[]> {
  const complete = completeEnvironment(env, dataDirs);
  const config = readSettings(complete);
  if (!('databaseUrl' in config)) return [...config, ...(await checkTemporal(complete)), ...checkMachine(undefined)];
  const { findings, receivers } = await checkPostgres(config);
  return [
    { name: 'settings', level: 'ok', detail: 'are valid' },
    ...findings,
    ...(await checkReplica(config)),
    ...(await checkTemporal(complete)),
    ...(await checkDns(config, receivers)),
    ...checkMachine(config),
  ];
}

function readSettings(env: NodeJS.ProcessEnv): Config | Finding[] {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const advice = 'Run this with the environment of the API or the worker (docs/operations.md, Environment).';
    return error.message.split('\n').map((detail) => ({ name: 'settings', level: 'problem', detail, advice }));
  }
}
