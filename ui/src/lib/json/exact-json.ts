/** A number as text, so that no digit is lost. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
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
