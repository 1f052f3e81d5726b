import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addDoctorWith } from './commands/doctor.ts';
import { commands } from './commands/index.ts';
import { findCandidates } from './completion/candidates.ts';
import type { Surroundings } from './context.ts';
import { createProgram } from './program.ts';

function create(write: (text: string) => void = () => {}): Command {
  const stdout = { write } as NodeJS.WriteStream;
  const surroundings = {
    stdout,
    env: {},
    dataDirs: [],
    signal: new AbortController().signal,
  } as unknown as Surroundings;
  return createProgram({ commands: [...commands, addDoctorWith(null)], delegates: [] }, surroundings, () => {});
}

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

describe('the program', () => {
  test('has help with an example for every command that does something', () => {
    let printed = '';
    const leaves = leavesOf(create((text) => (printed += text)));
    expect(leaves.length).toBeGreaterThan(20);
    for (const leaf of leaves) {
      printed = '';
      leaf.outputHelp();
      expect(printed, leaf.name()).toMatch(/Examples:\n {2}\$ posthorn /);
      expect(leaf.description(), leaf.name()).not.toBe('');
    }
  });

  test.each([
    [['deli'], ['deliveries']],
    [['webhooks', 're'], ['resume']],
    [['deliveries', 'list', '--st'], ['--status']],
    [['deliveries', 'list', '--json', '--si'], ['--since']],
    [
      ['emit', '--platform', ''],
      ['urpa', '4calls'],
    ],
    [['emit', '--platform', '4'], ['4calls']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['emit', '--file', ''], []],
    [['retry', 'some-id', ''], []],
  ])('completes %j', (words, expected) => {
    const found = findCandidates(create(), words, { '--platform': ['urpa', '4calls'] });
    expect(found.map(({ value }) => value)).toEqual(expected);
  });
});
