import { CommandError } from '../command-error.ts';
import type { AddCommand } from '../define-command.ts';

/** A command that only an installation of the server has. */
export function addElsewhere(name: string, description: string): AddCommand {
  return (program) => {
    program
      .command(name)
      .description(`${description} (where Posthorn is installed)`)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new CommandError(`"${name}" runs where Posthorn is installed`, {
          hint: `There: bin/posthorn ${name} --help`,
        });
      });
  };
}
