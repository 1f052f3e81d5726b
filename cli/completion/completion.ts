import { Argument, type Command } from 'commander';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { readProfiles } from '../settings/profiles.ts';
import { findCandidates, type Candidate } from './candidates.ts';
import { SCRIPTS, SHELLS, type Shell } from './scripts.ts';

const PLATFORMS = ['urpa', '4calls', 'posthorn'];

export function addCompletion(program: Command, contextOf: ContextOf): void {
  const command = program
    .command('completion')
    .description('print a script that completes commands, options and values in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .action(
      action<object, [Shell]>(contextOf, async ({ output }, _options, shell) => {
        output.line(SCRIPTS[shell]);
      }),
    );
  addExamples(
    command,
    'completion bash > ~/.local/share/bash-completion/completions/posthorn',
    'completion zsh > "${fpath[1]}/_posthorn"',
    'completion fish > ~/.config/fish/completions/posthorn.fish',
  );
}

/** One line for each candidate, as the shell's script reads it. */
export function completeWords(program: Command, [shell = '', ...words]: string[], env: NodeJS.ProcessEnv): string[] {
  const known = { '--platform': PLATFORMS, '--profile': profileNames(env) };
  return findCandidates(program, words, known).map((candidate) => writeFor(shell, candidate));
}

function profileNames(env: NodeJS.ProcessEnv): string[] {
  try {
    return Object.keys(readProfiles(env).profiles);
  } catch {
    return [];
  }
}

function writeFor(shell: string, { value, description }: Candidate): string {
  if (shell === 'zsh' && description) return `${value.replaceAll(':', '\\:')}:${description}`;
  if (shell === 'fish' && description) return `${value}\t${description}`;
  return value;
}
