import { expect, test } from 'vitest';
import type { Surroundings } from './context.ts';
import type { Delegate } from './define-command.ts';
import { runProgram } from './run-program.ts';

test('a command that reads its arguments itself gets all of them, and decides the exit code', async () => {
  const given: (readonly string[])[] = [];
  const delegate: Delegate = {
    name: 'import',
    description: 'bring history over',
    run: async (args) => given.push(args) + 6,
  };
  let printed = '';
  const stdout = { write: (text: string) => (printed += text) };
  const surroundings = {
    stdout,
    env: {},
    dataDirs: [],
    signal: new AbortController().signal,
  } as unknown as Surroundings;
  const run = (...args: string[]) => runProgram({ commands: [], delegates: [delegate] }, args, surroundings);
  expect(await run('import', '--json', '--help', 'mysql://old')).toBe(7);
  expect(given).toEqual([['--json', '--help', 'mysql://old']]);
  expect(await run('--help')).toBe(0);
  expect(printed).toMatch(/import +bring history over/);
});
