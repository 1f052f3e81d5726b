import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { CommandError } from '../command-error.ts';

/** A line of NDJSON. */
export interface Line {
  number: number;
  text: string;
}

/** Below the API's limits for a batch. */
const MOST_EVENTS = 500;
const MOST_CHARACTERS = 1_000_000;

/**
 * The lines of a file, or of stdin for `-`, in batches; empty lines are left out. What has arrived is not kept back for further
 * lines, so `tail -f … | posthorn emit` sends at once.
 * @throws CommandError if it cannot be read
 */
export async function* readBatches(
  path: string,
  stdin: NodeJS.ReadStream,
  signal: AbortSignal,
): AsyncGenerator<Line[]> {
  const input = addAbortSignal(signal, path === '-' ? stdin : createReadStream(path));
  input.setEncoding('utf8');
  let number = 0;
  let rest = '';
  try {
    for await (const chunk of input) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop()!;
      yield* inBatches(lines.map((text) => ({ number: ++number, text })));
    }
  } catch (error) {
    if (signal.aborted || error instanceof CommandError) throw error;
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`);
  }
  yield* inBatches([{ number: ++number, text: rest }]);
}

function* inBatches(lines: Line[]): Generator<Line[]> {
  let batch: Line[] = [];
  let characters = 0;
  for (const line of lines.filter(({ text }) => text.trim() !== '')) {
    if (batch.length === MOST_EVENTS || characters + line.text.length > MOST_CHARACTERS) {
      if (batch.length > 0) yield batch;
      [batch, characters] = [[], 0];
    }
    batch.push(line);
    characters += line.text.length;
  }
  if (batch.length > 0) yield batch;
}
