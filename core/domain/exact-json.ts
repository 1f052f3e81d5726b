/** Makes `JSON.stringify` write a text as it stands. Older browsers do not have it. */
const rawJson =
  (JSON as { rawJSON?: (text: string) => unknown }).rawJSON ?? ((text: string) => JSON.parse(text) as unknown);

/** A number as text, so that no digit is lost. `JSON.stringify` writes that text. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return rawJson(this.text);
  }
}

export type ExactJson = string | boolean | null | ExactNumber | ExactJson[] | { [name: string]: ExactJson };

type Reviver = (name: string, value: unknown, context?: { source?: string }) => unknown;

/** @throws SyntaxError */
export function parseExact(text: string): ExactJson {
  const keep: Reviver = (_name, value, context) =>
    typeof value === 'number' ? new ExactNumber(context?.source ?? String(value)) : value;
  return JSON.parse(text, keep) as ExactJson;
}

/** Writes JSON without white space. */
export function writeExact(value: ExactJson): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeExact).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${writeExact(member)}`);
  return `{${members.join(',')}}`;
}

export function isObject(value: ExactJson): value is { [name: string]: ExactJson } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}
