import { describeIssues } from '../../../../../core/contracts/issues.ts';
import { headers } from '../../../../../core/options/headers.ts';

/** A header as it is edited. */
export interface HeaderRow {
  name: string;
  value: string;
}

/** The path of a row's problems, as the API names it. */
export function pathOf(name: string): string {
  return `headers.${name.trim()}`;
}

export function rowsOf(values: Record<string, string>): HeaderRow[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** The headers without empty rows. */
export function headersOf(rows: readonly HeaderRow[]): Record<string, string> {
  return Object.fromEntries(rows.filter(isFilled).map(({ name, value }) => [name.trim(), value]));
}

/** Error messages by path. */
export function checkRows(rows: readonly HeaderRow[]): Record<string, string> {
  const names = rows.filter(isFilled).map(({ name }) => name.trim());
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const { error } = headers.schema.safeParse(headersOf(rows.filter(({ name }) => name.trim() !== '')));
  const problems = (error ? describeIssues(error) : []).map(({ path, message }) => [
    path === '' ? 'headers' : pathOf(path),
    message,
  ]);
  return Object.fromEntries([
    ...repeated.map((name) => [pathOf(name), 'is there more than once']),
    ...problems,
    ...(names.includes('') ? [[pathOf(''), 'enter a name']] : []),
  ]) as Record<string, string>;
}

/** The values of the rows that a path means. */
export function valuesAt(rows: readonly HeaderRow[], path: string): string[] {
  return rows.filter(({ name }) => path === 'headers' || pathOf(name) === path).map(({ value }) => value);
}

function isFilled({ name, value }: HeaderRow): boolean {
  return name.trim() !== '' || value !== '';
}
