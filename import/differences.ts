import { format } from './report.ts';
import { ImportError } from './sources/source.ts';

export interface Side {
  /** The same for deliveries of one event to one webhook in both systems. */
  key: string;
  timestamp: string;
  /** A hash of the data's bytes. */
  bytes: string;
  /** A hash of its names and values, in whichever order they are. */
  parts: string;
  status: string;
  id: string;
  /** It is too near to the begin or end to be missing in the other system. */
  atEdge: boolean;
}

export interface Differences {
  /** Deliveries that both have. */
  matched: number;
  onlyOld: number;
  onlyPosthorn: number;
  otherBytes: number;
  otherStatus: number;
  /** Both have it with another timestamp, because it was emitted without one. */
  otherTimestamp: number;
  /** Both have the same names and values in another order: `json` of MySQL and `jsonb` of PostgreSQL have an order of their own. */
  otherOrder: number;
  /** Rows of the old system that cannot be compared. */
  skipped: number;
  /** The first ids of each. */
  examples: Record<string, string[]>;
}

const MOST_EXAMPLES = 10;
/** A delivery has ended in a way that the other system must share. */
const ENDS = ['delivered', 'failed'];

/** Pairs the deliveries of two systems, each at most once. */
export class ComparedDeliveries {
  skipped = 0;
  private readonly most: number;
  private readonly old = new Map<string, Omit<Side, 'key'>[]>();
  private count = 0;
  private readonly result: Differences = {
    matched: 0,
    onlyOld: 0,
    onlyPosthorn: 0,
    otherBytes: 0,
    otherStatus: 0,
    otherTimestamp: 0,
    otherOrder: 0,
    skipped: 0,
    examples: {},
  };

  constructor(most: number) {
    this.most = most;
  }

  /** @throws ImportError if there are too many */
  addOld({ key, ...side }: Side): void {
    if (++this.count > this.most)
      throw new ImportError(`more than ${format(this.most)} deliveries: compare a shorter time with --since`);
    const others = this.old.get(key);
    if (others) others.push(side);
    else this.old.set(key, [side]);
  }

  /** After all of the old system were added. Returns whether the old system had it too. */
  addPosthorn({ key, ...ours }: Side): boolean {
    const candidates = this.old.get(key) ?? [];
    const same = candidates.findIndex(({ timestamp }) => timestamp === ours.timestamp);
    const [old] = candidates.splice(Math.max(0, same), 1);
    if (!old) {
      if (!ours.atEdge) this.note('onlyPosthorn', ours.id);
      return false;
    }
    if (old.atEdge && ours.atEdge) return true;
    this.result.matched++;
    if (same === -1) this.result.otherTimestamp++;
    if (old.parts !== ours.parts) this.note('otherBytes', old.id);
    else if (old.bytes !== ours.bytes) this.result.otherOrder++;
    if (ENDS.includes(old.status) && ENDS.includes(ours.status) && old.status !== ours.status)
      this.note('otherStatus', old.id);
    return true;
  }

  differences(): Differences {
    for (const sides of this.old.values()) for (const { id, atEdge } of sides) if (!atEdge) this.note('onlyOld', id);
    this.old.clear();
    return { ...this.result, skipped: this.skipped };
  }

  private note(kind: 'onlyOld' | 'onlyPosthorn' | 'otherBytes' | 'otherStatus', id: string): void {
    this.result[kind]++;
    const examples = (this.result.examples[kind] ??= []);
    if (examples.length < MOST_EXAMPLES) examples.push(id);
  }
}

/** For people. */
export function describeDifferences(differences: Differences, since: Date, until: Date): string {
  const { matched, otherTimestamp, otherOrder, skipped, examples } = differences;
  const lines = [
    `Deliveries from ${since.toISOString()} to ${until.toISOString()}: both systems have ${format(matched)}.`,
    ...TITLES.flatMap(([kind, title]) => {
      const count = differences[kind];
      const more = count > MOST_EXAMPLES ? ', …' : '';
      return count === 0 ? [] : [`  ${format(count)} ${title}: ${examples[kind]!.join(', ')}${more}`];
    }),
    ...(otherTimestamp === 0
      ? []
      : [`  ${format(otherTimestamp)} with another timestamp: emit with the same "timestamp" to both`]),
    ...(otherOrder === 0
      ? []
      : [`  ${format(otherOrder)} with their members in another order, which the old system's database gave them`]),
    ...(skipped === 0 ? [] : [`  ${format(skipped)} rows of the old system cannot be compared: a dry run lists why`]),
  ];
  return `${lines.join('\n')}\n`;
}

const TITLES = [
  ['onlyOld', 'are only in the old system'],
  ['onlyPosthorn', 'are only in Posthorn'],
  ['otherBytes', 'have other bytes in Posthorn'],
  ['otherStatus', 'ended differently'],
] as const;
