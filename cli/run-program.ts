import { setTimeout as sleep } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { explainError } from './api/explain-error.ts';
import { CommandError } from './command-error.ts';
import { completeWords } from './completion/completion.ts';
import { COMPLETE } from './completion/scripts.ts';
import type { Context, Surroundings } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Output } from './output/output.ts';
import { createProgram, type Commands } from './program.ts';

/** How long a command may take to end after Ctrl-C. */
const GRACE_MS = 500;

const HELP_HINT = '"posthorn --help" lists the commands, "posthorn <command> --help" shows options and examples.';

/** Runs a command line, without the program's name. Prints errors and returns the exit code. */
export async function runProgram(
  commands: Commands,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const json = args.includes('--json');
  let context: Context | undefined;
  const program = createProgram(commands, surroundings, (made) => (context = made));
  if (args[0] === COMPLETE) {
    for (const line of completeWords(program, args.slice(1), surroundings.env)) surroundings.stdout.write(`${line}\n`);
    return EXIT.ok;
  }
  try {
    const delegate = commands.delegates.find(({ name }) => name === args[0]);
    if (delegate) return await delegate.run(args.slice(1), surroundings);
    if (args.length === 0) program.help();
    return await Promise.race([
      program.parseAsync(args, { from: 'user' }).then(() => EXIT.ok),
      aborted(surroundings.signal),
    ]);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    // Whoever ended it knows.
    if (surroundings.signal.aborted) return exitAfterAbort(surroundings.signal);
    const shown = describe(error, context);
    (context?.output ?? new Output(surroundings, surroundings.env, json)).error(shown);
    return shown.exit;
  }
}

/** Resolves some time after the signal, for commands that do not end by themselves. */
async function aborted(signal: AbortSignal): Promise<ExitCode> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await sleep(GRACE_MS, undefined, { ref: false });
  return exitAfterAbort(signal);
}

/** The reader of the output has gone, or the user pressed Ctrl-C. */
function exitAfterAbort({ reason }: AbortSignal): ExitCode {
  return reason === 'reader gone' ? EXIT.ok : EXIT.interrupted;
}

function describe(error: unknown, context: Context | undefined): CommandError {
  if (error instanceof CommandError) return error;
  const explained = explainError(error, context?.connected?.settings);
  if (explained) return explained;
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') {
      return new CommandError('a command is missing', { exit: EXIT.usage, code: 'usage', hint: HELP_HINT });
    }
    return new CommandError(error.message.replace(/^error: /, ''), {
      exit: EXIT.usage,
      code: 'usage',
      hint: HELP_HINT,
    });
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CommandError(`unexpected: ${message}`, { code: 'internal_error' });
}
