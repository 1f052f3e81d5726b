import type { Round } from './round.ts';

const HEADINGS = [
  'scenario',
  'rounds',
  'accepted',
  'arrived',
  'lost',
  'duplicates',
  'unknown',
  '503',
  'broken',
  'wait',
  'back',
];

/** One line per scenario, with sums of counts and maxima of times. */
export function formatTable(results: Map<string, Round[]>): string {
  const lines = [...results].map(([title, rounds]) => [title, ...formatRow(rounds)]);
  const table = [HEADINGS, ...lines];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const pad = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return table.map((line) => line.map(pad).join('  ')).join('\n');
}

export function formatRound(round: Round): string {
  const [, accepted, , lost, duplicates, unknown, refused, broken, wait, back] = formatRow([round]);
  return `${accepted} accepted, ${lost} lost, ${duplicates} of ${unknown} unknown twice, ${refused} 503, ${broken} broken, wait ${wait}, back ${back}${round.lapsed ? ', a worker lost its lease: too busy' : ''}`;
}

function formatRow(rounds: Round[]): string[] {
  const sum = (pick: (round: Round) => number) => rounds.reduce((total, round) => total + pick(round), 0);
  const seconds = (pick: (round: Round) => number) => `${(Math.max(...rounds.map(pick)) / 1000).toFixed(1)} s`;
  const counts = [
    rounds.length,
    sum((round) => round.accepted),
    sum((round) => round.arrived),
    sum((round) => round.lost),
    sum((round) => round.duplicates),
    sum((round) => round.unknown),
    sum((round) => round.refused),
    sum((round) => round.broken),
  ];
  return [...counts.map(String), seconds((round) => round.longestWaitMs), seconds((round) => round.backMs)];
}
