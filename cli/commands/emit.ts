import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { ApiError } from '../../clients/typescript/src/errors.ts';
import type { BatchResult } from '../../clients/typescript/src/types.ts';
import { emitEvent, emitTexts, writeEvent } from '../api/emit.ts';
import { explainError } from '../api/explain-error.ts';
import { CommandError, usageError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';
import { readBatches, type Line } from '../input/event-lines.ts';
import { readFileOrStdin } from '../input/read-all.ts';

interface EmitOptions {
  data?: string;
  file?: string;
  ndjson?: string;
  timestamp?: string;
  idempotencyKey?: string;
}

/** Emits one event, or many from NDJSON. */
export function addEmit(program: Command, contextOf: ContextOf): void {
  const command = program
    .command('emit')
    .description('emit an event, or many')
    .argument('[event]', 'the event type, such as contact.created; with --ndjson, of every line')
    .option('-d, --data <json>', "the event's data")
    .option('-f, --file <path>', 'read the data from a file; - reads stdin')
    .option(
      '--ndjson <path>',
      'emit one event for each line of a file, or of stdin (-): {"event", "data", "timestamp"?, "idempotency_key"?}, or only the data if an event type is given',
    )
    .option('--timestamp <time>', 'ISO 8601; default: now')
    .option('--idempotency-key <key>', 'accept the event only once under this key; default: a new one')
    .action(action<EmitOptions, [string | undefined]>(contextOf, emit));
  addExamples(
    command,
    `emit activity.created --data '{"id": "42", "title": "Call back"}'`,
    'emit contact.created --platform 4calls --org org-42 --file contact.json',
    'emit --ndjson events.ndjson',
    'emit contact.updated --ndjson - < contacts.ndjson',
  );
}

async function emit(context: Context, options: EmitOptions, type: string | undefined): Promise<void> {
  const { data, file, ndjson, timestamp, idempotencyKey } = options;
  if ([data, file, ndjson].filter((source) => source !== undefined).length > 1) {
    throw usageError('give one of --data, --file and --ndjson');
  }
  if (ndjson !== undefined) {
    if (timestamp !== undefined || idempotencyKey !== undefined) {
      throw usageError('--timestamp and --idempotency-key are for one event; put them into the lines of the file');
    }
    return await emitMany(context, ndjson, type);
  }
  if (type === undefined) throw usageError('the event type is missing', 'posthorn emit contact.created --data …');
  const text = data ?? (await readData(context, file));
  readObject(text, 'the data');
  const { api, output } = context;
  const event = { event: type, data: text, timestamp };
  const accepted = await emitEvent(api, await api.ownerBase(), event, idempotencyKey);
  output.result(accepted, (style) =>
    [
      `${style.green('accepted')} ${accepted.event} ${style.bold(accepted.id)}, ${countDeliveries(accepted.deliveries.length)}`,
      ...accepted.deliveries.map(({ id, webhook_id }) => `  ${id} ${style.dim(`to the webhook ${webhook_id}`)}`),
    ].join('\n'),
  );
  if (accepted.deliveries.length === 0) {
    output.note(`No webhook gets it; "posthorn events get ${accepted.id}" says why.`);
  }
}

async function readData({ surroundings }: Context, file: string | undefined): Promise<string> {
  if (file !== undefined) return await readFileOrStdin(file, surroundings.stdin);
  if (!surroundings.stdin.isTTY) return await readFileOrStdin('-', surroundings.stdin);
  throw usageError('the data is missing: give --data, --file, or JSON on stdin');
}

function readObject(text: string, what: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageError(`${what} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw usageError(`${what} must be a JSON object`);
}

async function emitMany(context: Context, path: string, type: string | undefined): Promise<void> {
  const { api, output, surroundings, signal } = context;
  const counts = { events: 0, deliveries: 0, refused: 0 };
  const base = await api.ownerBase();
  try {
    for await (const lines of readBatches(path, surroundings.stdin, signal)) {
      const results = await emitLines(context, base, lines, type);
      for (const [index, result] of results.entries()) report(context, lines[index]!, result, counts);
    }
  } finally {
    const refused = counts.refused > 0 ? `, refused ${counts.refused}` : '';
    output.note(`accepted ${countEvents(counts.events)}, ${countDeliveries(counts.deliveries)}${refused}`);
  }
  if (counts.refused > 0) throw new CommandError(`not accepted: ${countEvents(counts.refused)}`);
}

async function emitLines(
  { api, signal }: Context,
  base: string,
  lines: Line[],
  type: string | undefined,
): Promise<BatchResult[]> {
  const texts = lines.map(({ number, text }) => {
    const object = readObject(text, `line ${number}`);
    if (type !== undefined) return withKey(writeEvent({ event: type, data: text }));
    return Object.hasOwn(object, 'idempotency_key') ? text : withKey(text);
  });
  try {
    return await emitTexts(api, base, texts, signal);
  } catch (error) {
    const refusal = error instanceof ApiError && explainError(error, api.settings);
    throw refusal ? nameLines(refusal, lines) : error;
  }
}

/** With an idempotency key, so that a repeated request emits nothing twice. */
function withKey(object: string): string {
  const rest = object.trim().slice(1);
  return `{"idempotency_key":"${randomUUID()}"${rest.trim() === '}' ? '' : ','}${rest}`;
}

/** The API counts the events of a batch from 0. */
function nameLines({ message, exit, code, hint, errors }: CommandError, lines: Line[]): CommandError {
  const name = (text: string) =>
    text.replace(/^events\[(\d+)\]\.?/, (_, index: string) => `line ${lines[Number(index)]?.number}: `);
  const named = errors.map(({ path, message: what }) => ({ path: name(path).replace(/: $/, ''), message: what }));
  return new CommandError(name(message), { exit, code, hint, errors: named });
}

function report(
  { output }: Context,
  line: Line,
  result: BatchResult,
  counts: { events: number; deliveries: number; refused: number },
) {
  if ('error' in result) {
    counts.refused++;
    output.warn(`line ${line.number}: ${result.error.detail}`);
    return;
  }
  counts.events++;
  counts.deliveries += result.deliveries.length;
  output.result(result, () => `${result.id} ${result.event}, ${countDeliveries(result.deliveries.length)}`);
}

function countEvents(count: number): string {
  return count === 1 ? '1 event' : `${count} events`;
}

function countDeliveries(count: number): string {
  return count === 1 ? '1 delivery' : `${count} deliveries`;
}
