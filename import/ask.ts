import { createInterface } from 'node:readline/promises';
import type { CommandIo } from './job.ts';
import { UsageError, type ImportOptions } from './options.ts';

/** Whether the user wants to go on. @throws UsageError if nobody can be asked */
export async function askToGoOn(what: string, { yes, source }: ImportOptions, io: CommandIo): Promise<boolean> {
  if (yes) return true;
  if (!io.stdin.isTTY || source === '-') {
    throw new UsageError('add --dry-run to look, or --yes to go on without a question');
  }
  const question = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test((await question.question(`${what} [y/N] `, { signal: io.signal })).trim());
  } catch {
    return false;
  } finally {
    question.close();
  }
}
