import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { encodePhpJson, JsonSyntaxError } from '../../delivery/body/encode.ts';
import { splitObject } from '../../delivery/body/split.ts';
import { FIELDS } from './fields.ts';
import { OLD_PLATFORMS, type OldBatch, type OldKind, type OldPlatform, type OldRow, type Source } from './source.ts';

const MOST_ROWS = 1_000;
/** Characters of a batch at most, except for a single longer line. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

export interface NdjsonOptions {
  label: string;
  open: () => Readable;
  platforms: readonly OldPlatform[];
  /** Called with each line that is not a record, and why. */
  onBadLine: (line: number, reason: string) => void;
}

/** Records in the form of docs/migration.md, one JSON object on each line. */
export class NdjsonSource implements Source {
  readonly complete = false;
  readonly label: string;
  private readonly options: NdjsonOptions;
  private input: Readable | undefined;

  constructor(options: NdjsonOptions) {
    this.label = options.label;
    this.options = options;
  }

  async survey(): Promise<[]> {
    return [];
  }

  async *read(): AsyncGenerator<OldBatch> {
    this.input = this.options.open();
    let batch = null as OldBatch | null;
    let characters = 0;
    let number = 0;
    for await (const line of createInterface({ input: this.input, crlfDelay: Infinity })) {
      number++;
      const record = line.trim() === '' ? null : this.readLine(line, number);
      if (record === null) continue;
      const { kind, platform, row } = record;
      const fits = batch?.kind === kind && batch.platform === platform;
      if (batch && (!fits || batch.rows.length >= MOST_ROWS || characters + line.length > MOST_CHARACTERS)) {
        yield batch;
        batch = null;
      }
      if (batch === null) characters = 0;
      batch ??= { kind, platform, rows: [] };
      batch.rows.push(row);
      characters += line.length;
    }
    if (batch) yield batch;
  }

  async close(): Promise<void> {
    this.input?.destroy();
  }

  /** Null: not wanted, or bad. */
  private readLine(line: string, number: number): { kind: OldKind; platform: OldPlatform; row: OldRow } | null {
    try {
      const members = splitObject(encodePhpJson(line));
      if (!members) throw new LineError('a record is a JSON object');
      const kind = oneOf(members.get('type'), 'type', ['webhook', 'delivery'] as const);
      const platform = oneOf(members.get('platform'), 'platform', OLD_PLATFORMS);
      return this.options.platforms.includes(platform) ? { kind, platform, row: readRow(kind, members) } : null;
    } catch (error) {
      if (!(error instanceof LineError) && !(error instanceof JsonSyntaxError)) throw error;
      this.options.onBadLine(number, error.message);
      return null;
    }
  }
}

class LineError extends Error {}

function oneOf<Value extends string>(json: string | undefined, name: string, valid: readonly Value[]): Value {
  const value = json === undefined ? undefined : textOf(json);
  if (valid.includes(value as Value)) return value as Value;
  throw new LineError(`"${name}" must be ${valid.map((one) => `"${one}"`).join(' or ')}`);
}

function readRow(kind: OldKind, members: Map<string, string>): OldRow {
  const row: OldRow = {};
  for (const [field, { columns, required }] of Object.entries(FIELDS[kind])) {
    const name = [field, ...columns].find((one) => members.has(one));
    if (name !== undefined) row[field] = textOf(members.get(name)!);
    else if (required) throw new LineError(`a ${kind} needs "${field}"`);
  }
  return row;
}

/** A string's text; other JSON as it stands. */
function textOf(json: string): string | null {
  if (json === 'null') return null;
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
