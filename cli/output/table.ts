import type { Style } from './style.ts';

/** Columns as wide as their longest cell; the last one may be of any length. `none` is shown for no rows. */
export function writeTable(heads: string[], rows: string[][], style: Style, none: string): string {
  if (rows.length === 0) return style.dim(none);
  const widths = heads.map((head, index) => Math.max(head.length, ...rows.map((row) => plainLength(row[index] ?? ''))));
  const write = (cells: string[]) =>
    cells
      .map((cell, index) => (index === heads.length - 1 ? cell : cell + ' '.repeat(widths[index]! - plainLength(cell))))
      .join('  ')
      .trimEnd();
  return [style.dim(write(heads.map((head) => head.toUpperCase()))), ...rows.map(write)].join('\n');
}

/** Names and values below each other; values that are null are left out. */
export function writeFields(fields: [name: string, value: string | null][], style: Style): string {
  const shown = fields.filter((field): field is [string, string] => field[1] !== null);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${value}`).join('\n');
}

function plainLength(text: string): number {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\u001b\[\d+m/g, '').length;
}
