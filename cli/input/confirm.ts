import { createInterface } from 'node:readline/promises';
import { CommandError, usageError } from '../command-error.ts';
import type { Context } from '../context.ts';

/** Asks a person, unless they said so already. @throws CommandError if they refuse or cannot be asked */
export async function confirm(
  { surroundings, signal }: Context,
  isConfirmed: boolean,
  question: string,
): Promise<void> {
  if (isConfirmed) return;
  const { stdin, stderr } = surroundings;
  if (!stdin.isTTY) throw usageError('nobody can be asked here: add --yes');
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('not done');
  } finally {
    prompt.close();
  }
}
