import { readFile } from 'node:fs/promises';
import { CommandError } from '../command-error.ts';

/** Everything from stdin. */
export async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString('utf8');
}

/** A file's text, or that of stdin for `-`. @throws CommandError if there is no such file */
export async function readFileOrStdin(path: string, stdin: NodeJS.ReadStream): Promise<string> {
  if (path === '-') return await readAll(stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
