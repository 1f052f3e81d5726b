import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take half a minute or more, mostly waiting. */
const LONG = [
  'pages',
  'rolling-upgrade',
  'restore',
  'crash',
  'recovery',
  'temporal-away',
  'outages',
  'drain',
  'auto-pause',
  'retries',
  'recovery-outages',
  'neighbours',
  'large-events',
  'replica',
];

/** Starts the slowest files first, so that the run does not end with a single slow file. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return rank === -1 ? LONG.length : rank;
}
