import type { Argument, Command, Option } from 'commander';

export interface Candidate {
  value: string;
  description: string;
}

/** Values of options that the program cannot list itself, by the option's long flag. */
export type KnownValues = Record<string, readonly string[]>;

/**
 * What may stand for the last of these words, which the user has begun to type. Empty where a file or any text may stand. `words` do not
 * include the program's name.
 */
export function findCandidates(program: Command, words: readonly string[], known: KnownValues): Candidate[] {
  const typed = words.at(-1) ?? '';
  const { command, position, expecting } = follow(program, words.slice(0, -1));
  const candidates = expecting ? valuesOf(expecting, known) : listChoices(command, position, typed);
  return candidates.filter(({ value }) => value.startsWith(typed));
}

/** The command that the words lead to, how many arguments of its own came, and the option whose value comes next. */
function follow(program: Command, words: readonly string[]) {
  let command = program;
  let position = 0;
  let expecting: Option | undefined;
  for (const word of words) {
    if (expecting) {
      expecting = undefined;
    } else if (word.startsWith('-')) {
      const option = optionsOf(command).find(({ long, short }) => word === long || word === short);
      expecting = option?.required || option?.optional ? option : undefined;
    } else {
      const child = position === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (child) command = child;
      else position++;
    }
  }
  return { command, position, expecting };
}

function listChoices(command: Command, position: number, typed: string): Candidate[] {
  if (typed.startsWith('-')) {
    return optionsOf(command).map(({ long, description }) => ({ value: long ?? '', description }));
  }
  const children = position === 0 ? command.createHelp().visibleCommands(command) : [];
  const argument: Argument | undefined = command.registeredArguments[position];
  return [
    ...children.map((child) => ({ value: child.name(), description: child.description() })),
    ...(argument?.argChoices ?? []).map((value) => ({ value, description: '' })),
  ];
}

/** Those of the command and of everything above it. */
function optionsOf(command: Command): Option[] {
  const help = command.createHelp();
  const own = help.visibleOptions(command);
  return command.parent ? [...own, ...optionsOf(command.parent).filter(({ long }) => !has(own, long))] : own;
}

function has(options: Option[], long: string | undefined): boolean {
  return options.some((option) => option.long === long);
}

function valuesOf({ long, argChoices }: Option, known: KnownValues): Candidate[] {
  return (argChoices ?? known[long ?? ''] ?? []).map((value) => ({ value, description: '' }));
}
