import { cpus, totalmem } from 'node:os';
import { styleText } from 'node:util';
import type { Figure, Goal } from './scenario.ts';
import { spreadOf } from './statistics.ts';

/** The results of a scenario. */
export interface Results {
  name: string;
  about: string;
  /** The figures of each run. */
  runs: Figure[][];
}

const HEAD = ['', 'posthorn', 'unit', 'beside', '', 'ratio', 'goal', ''];

/** Prints the figures to the terminal. */
export function printResults({ name, about, runs }: Results): void {
  console.log(`\n${styleText('bold', name)}: ${about}`);
  const rows = [HEAD, ...rowsOf(runs)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number) => [0, 2, 4, 6, 7].includes(column);
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return isText(column) ? cell.padEnd(width) : cell.padStart(width);
    });
    console.log(cells.join('  ').trimEnd());
  }
}

/** Writes the figures as a table for `docs/performance.md`. */
export function writeMarkdown(all: Results[]): string {
  const head = ['', 'Posthorn', 'unit', 'beside', 'ratio', 'goal'];
  const lines = all.flatMap(({ name, runs }) =>
    rowsOf(runs).map(([what = '', value = '', unit = '', beside = '', whose = '', ratio = '', goal = '', met = '']) => [
      `${name}: ${what}`,
      value,
      unit,
      beside && `${beside} (${whose})`,
      ratio,
      goal && `${goal}: ${met}`,
    ]),
  );
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function describeMachine(): string {
  const { model = 'unknown CPU' } = cpus()[0] ?? {};
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.version}`;
}

function rowsOf(runs: Figure[][]): string[][] {
  const [first = []] = runs;
  return first.map(({ name, unit, beside, goal }) => {
    const same = runs.flatMap((figures) => figures.filter((figure) => figure.name === name));
    const ratios = same.flatMap((figure) => (figure.beside ? [figure.value / figure.beside.value] : []));
    const others = same.flatMap((figure) => (figure.beside ? [figure.beside.value] : []));
    const values = same.map(({ value }) => value);
    const judged = goal?.of === 'ratio' ? ratios : values;
    return [
      name,
      formatSpread(values),
      unit,
      others.length > 0 ? formatSpread(others) : '',
      beside?.name ?? '',
      ratios.length > 0 ? formatSpread(ratios) : '',
      goal ? describeGoal(goal) : '',
      goal ? (isMet(goal, spreadOf(judged).median) ? 'met' : 'missed') : '',
    ];
  });
}

function describeGoal({ of, least, most }: Goal): string {
  const which = of === 'ratio' ? 'ratio ' : '';
  if (most === 0) return `${which}0`;
  return which + (least === undefined ? '' : `≥ ${format(least)}`) + (most === undefined ? '' : `≤ ${format(most)}`);
}

function isMet({ least = -Infinity, most = Infinity }: Goal, median: number): boolean {
  return median >= least && median <= most;
}

function formatSpread(values: number[]): string {
  const { min, median, max } = spreadOf(values);
  return values.length === 1 ? format(median) : [min, median, max].map(format).join(' / ');
}

function format(value: number): string {
  const size = Math.abs(value);
  return Number.isInteger(value) || size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}
