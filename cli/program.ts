import { Command, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addCompletion } from './completion/completion.ts';
import { Context, type GlobalOptions, type Surroundings } from './context.ts';
import type { AddCommand, Delegate } from './define-command.ts';

const EXIT_HELP = `
Exit codes:
  0  done
  1  refused or failed; doctor found something wrong
  2  the command line is not valid
  3  nothing answers at the URL
  4  no key, or not one that may do this

"posthorn <command> --help" shows options and examples. docs/command-line.md explains more.`;

export interface Commands {
  commands: readonly AddCommand[];
  delegates: readonly Delegate[];
}

/** The program with these commands. `onContext` gets the context of the command that runs. */
export function createProgram(
  { commands, delegates }: Commands,
  surroundings: Surroundings,
  onContext: (context: Context) => void,
): Command {
  const program = new Command('posthorn')
    .description('Sends events to Posthorn, watches deliveries and manages webhooks.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .option('--json', 'print JSON: one line for each result')
    .option('--profile <name>', 'use this profile instead of the current one (POSTHORN_PROFILE)')
    .option('--url <url>', "Posthorn's URL (POSTHORN_URL)")
    .option('--key <key>', 'the API key (POSTHORN_KEY, which other users of the machine cannot see)')
    .option('--platform <id>', 'urpa, 4calls or posthorn (POSTHORN_PLATFORM)')
    .option('--org <id>', 'the organization, on a platform that has them (POSTHORN_ORG)')
    .addOption(new Option('--no-color', 'print without colours (NO_COLOR)'))
    .addHelpText('after', EXIT_HELP)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .exitOverride()
    .showSuggestionAfterError();
  const contextOf = (command: Command) => {
    const { color, ...options } = command.optsWithGlobals<GlobalOptions & { color?: boolean }>();
    const env = color === false ? { ...surroundings.env, NO_COLOR: '1' } : surroundings.env;
    const context = new Context({ ...surroundings, env }, options);
    onContext(context);
    return context;
  };
  for (const add of commands) add(program, contextOf);
  for (const delegate of delegates) addDelegate(program, delegate);
  addCompletion(program, contextOf);
  configure(program, surroundings);
  return program;
}

/** Only for the help and for completion. */
function addDelegate(program: Command, { name, description }: Delegate): void {
  program.command(name).description(description).addHelpText('after', `\n"posthorn ${name} --help" shows its options.`);
}

/** Applies to every command: how usage errors are printed. */
function configure(command: Command, surroundings: Surroundings): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void surroundings.stdout.write(text),
    writeErr: () => {},
  });
  for (const child of command.commands) configure(child, surroundings);
}
