import type { Command } from 'commander';
import type { Context, Surroundings } from './context.ts';

/** Adds a command to the program, or to a group of commands. */
export type AddCommand = (parent: Command, contextOf: ContextOf) => void;

/** A command that reads its arguments itself, `--help` included. */
export interface Delegate {
  name: string;
  description: string;
  /** Returns the exit code. */
  run(args: readonly string[], surroundings: Surroundings): Promise<number>;
}

/** The context for a command's options. */
export type ContextOf = (command: Command) => Context;

/** The examples at the end of a command's help. */
export function addExamples(command: Command, ...examples: string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ posthorn ${line}`).join('\n')}`);
}

/**
 * The action of a command. `run` gets its context, its options and its arguments.
 */
export function action<Options extends object, Args extends unknown[] = []>(
  contextOf: ContextOf,
  run: (context: Context, options: Options, ...args: Args) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    await run(contextOf(command), given.at(-2) as Options, ...(given.slice(0, -2) as Args));
  };
}
