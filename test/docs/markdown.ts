import { readFileSync } from 'node:fs';

/** Reads a page of the repository by its path from the root. */
export function readPage(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

export function findCode(page: string, language: string): string[] {
  const blocks = page.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].filter(([, name]) => name === language).map(([, , code = '']) => code);
}

/** The cells of a table, without code marks. `head` is the beginning of its heading row. */
export function findTable(page: string, head: string): string[][] {
  const lines = page.split('\n');
  const begin = lines.findIndex((line) => cellsOf(line).join(' | ').startsWith(head));
  if (begin < 0) throw new Error(`there is no table "${head}"`);
  const rest = lines.slice(begin + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map(cellsOf);
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1'));
}
