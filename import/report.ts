import type { WriteStream } from 'node:fs';
import type { OldKind } from './sources/source.ts';

export interface Problem {
  kind: OldKind | 'line';
  /** The old id, or the number of a line. */
  id: string;
  /** `refused`: it does not come over. `note`: it does, but differently. */
  level: 'refused' | 'note';
  reason: string;
}

interface Grouped extends Omit<Problem, 'id'> {
  count: number;
  /** The first of them. */
  examples: string[];
}

/** Kinds of counts, in the order in which they are shown. */
const WEBHOOKS = ['added', 'updated', 'unchanged', 'refused'] as const;
const DELIVERIES = [
  'added',
  'taken over',
  'updated',
  'already here',
  'left open',
  'stuck',
  'older',
  'refused',
] as const;
export type WebhookCount = (typeof WEBHOOKS)[number];
export type DeliveryCount = (typeof DELIVERIES)[number];

const MOST_EXAMPLES = 10;
/** Further reasons count as one, so that odd data cannot fill the memory. */
const MOST_REASONS = 500;

/** Counts what a run does, and groups what could not come over by its reason. Its memory is bounded. */
export class Report {
  readonly webhooks = Object.fromEntries(WEBHOOKS.map((name) => [name, 0])) as Record<WebhookCount, number>;
  readonly deliveries = Object.fromEntries(DELIVERIES.map((name) => [name, 0])) as Record<DeliveryCount, number>;
  /** New deliveries by their state. */
  readonly states: Record<string, number> = {};
  private readonly groups = new Map<string, Grouped>();
  private readonly list: WriteStream | null;

  /** `list` gets every problem, a line of JSON each. */
  constructor(list: WriteStream | null) {
    this.list = list;
  }

  add({ kind, id, level, reason }: Problem): void {
    if (level === 'refused' && kind === 'webhook') this.webhooks.refused++;
    if (level === 'refused' && kind === 'delivery') this.deliveries.refused++;
    this.list?.write(`${JSON.stringify({ kind, id, level, reason })}\n`);
    const known = this.groups.size < MOST_REASONS || this.groups.has(`${kind} ${level} ${reason}`);
    const shown = known ? reason : 'other reasons';
    const key = `${kind} ${level} ${shown}`;
    const group = this.groups.get(key) ?? { kind, level, reason: shown, count: 0, examples: [] };
    group.count++;
    if (group.examples.length < MOST_EXAMPLES) group.examples.push(id);
    this.groups.set(key, group);
  }

  get problems(): Grouped[] {
    return [...this.groups.values()];
  }

  /** Whether everything came over. */
  get complete(): boolean {
    return this.problems.every(({ level }) => level !== 'refused');
  }

  toJSON() {
    const { webhooks, deliveries, states, problems } = this;
    return { webhooks, deliveries, states, problems };
  }

  /** For people. */
  describe(): string[] {
    const { states } = this;
    const ofStates = Object.entries(states).map(([state, count]) => `${format(count)} ${state}`);
    const lines = [
      `Webhooks    ${describeCounts(this.webhooks)}`,
      `Deliveries  ${describeCounts(this.deliveries)}`,
      ...(ofStates.length > 0 ? [`            new ones: ${ofStates.join(', ')}`] : []),
    ];
    for (const [level, title] of TITLES) {
      const groups = this.problems.filter((one) => one.level === level);
      if (groups.length > 0) lines.push('', title, ...groups.map(describeGroup));
    }
    return lines;
  }
}

const TITLES = [
  ['refused', 'Does not come over:'],
  ['note', 'Comes over, but look at it:'],
] as const;

function describeGroup({ kind, reason, count, examples }: Grouped): string {
  const more = count > examples.length ? ', …' : '';
  const noun = count === 1 ? kind : kind === 'delivery' ? 'deliveries' : `${kind}s`;
  return `  ${format(count)} ${noun}: ${reason} (${examples.join(', ')}${more})`;
}

function describeCounts(counts: Record<string, number>): string {
  const shown = Object.entries(counts).filter(([, count]) => count > 0);
  return shown.length === 0 ? 'none' : shown.map(([name, count]) => `${format(count)} ${name}`).join(', ');
}

export function format(count: number): string {
  return count.toLocaleString('en-US');
}
