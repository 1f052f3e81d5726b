import type { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { action, addExamples, type AddCommand, type ContextOf } from '../define-command.ts';

export interface KeyRotation {
  /** How many webhooks had something that an older key had encrypted. */
  webhooks: number;
  /** Those of which something does not decrypt. */
  unreadable: string[];
}

/** `rotate` gets the server's environment as far as it is set, and the data folders of installations on this machine. */
export type RotateMasterKey = (env: NodeJS.ProcessEnv, dataDirs: readonly string[]) => Promise<KeyRotation>;

export function addMasterKeyWith(rotate: RotateMasterKey): AddCommand {
  return (program: Command, contextOf: ContextOf) => {
    const group = program.command('master-key').description('exchange the key that encrypts secrets in the database');
    const command = group
      .command('rotate')
      .description('encrypt everything with the first of several master keys')
      .action(
        action(contextOf, async ({ env, surroundings, output }) => {
          const { webhooks, unreadable } = await explained(rotate(env, surroundings.dataDirs));
          output.result(
            { webhooks, unreadable },
            () => `encrypted with the first master key: ${webhooks} webhooks changed`,
          );
          if (unreadable.length === 0) return;
          throw new CommandError(
            `none of the keys decrypts what these webhooks keep secret: ${unreadable.join(', ')}`,
            {
              hint: 'Set their secrets, headers and client certificates anew: posthorn webhooks update',
            },
          );
        }),
      );
    command.addHelpText(
      'after',
      `
Run it with the server's environment, in which POSTHORN_MASTER_KEY lists the new key and then the old one. Everything may run meanwhile, and
it can be repeated. docs/operations.md, Keys, has the steps around it.`,
    );
    addExamples(command, 'master-key rotate');
  };
}

/** Wrong settings and keys are the operator's, not a defect. */
async function explained<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && ['ConfigError', 'MasterKeyError'].includes(error.name))
      throw new CommandError(error.message);
    throw error;
  }
}
