import type { Random } from './crash/random.ts';

/** Few of each, so that paths and values of a filter often meet those of the data. */
const NAMES = ['a', 'b', '0', '1', 'ü', '😀', 'a.b', '$x', '\\', '"', '__proto__'];
const STRINGS = [
  '',
  'a',
  'ab',
  'a\u0000',
  'a\u0000b',
  '\u0002',
  'z',
  '\ud7ff',
  '\uff5e',
  '😀',
  '😀a',
  '\\u0000',
  '"',
  '1',
  'null',
  '/',
];
const NUMBERS = [
  ...[
    '0',
    '-0',
    '1',
    '1.0',
    '10e-1',
    '0.1',
    '0.10000000000000001',
    '1e-320',
    '-1.5',
    '100',
    '1e2',
    '1e20',
    '100000000000000000000',
  ],
  ...[
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '123456789012345678901234567890',
    '1.7976931348623157e308',
  ],
];

/** An event's `data` as JSON text. */
export function randomData(random: Random): string {
  return random.chance() ? randomObject(random, 3) : randomArray(random, 3);
}

function randomObject(random: Random, depth: number): string {
  const members = Array.from(
    { length: size(random) },
    () => `${JSON.stringify(random.pick(NAMES))}:${randomValue(random, depth - 1)}`,
  );
  return `{${members.join(',')}}`;
}

function randomArray(random: Random, depth: number): string {
  return `[${Array.from({ length: size(random) }, () => randomValue(random, depth - 1)).join(',')}]`;
}

function randomValue(random: Random, depth: number): string {
  if (depth <= 0 || random.chance()) return randomScalar(random, STRINGS);
  return random.chance() ? randomObject(random, depth) : randomArray(random, depth);
}

function randomScalar(random: Random, strings: readonly string[]): string {
  const kind = random.between(0, 10);
  if (kind < 4) return JSON.stringify(random.pick(strings));
  if (kind < 8) return random.pick(NUMBERS);
  return random.pick(['true', 'false', 'null']);
}

/** A valid filter as JSON text. */
export function randomFilter(random: Random, depth = 3): string {
  const members = Array.from({ length: 1 + size(random, 2) }, () => randomMember(random, depth));
  return `{${members.join(',')}}`;
}

function randomMember(random: Random, depth: number): string {
  const kind = depth <= 1 ? 9 : random.between(0, 10);
  const several = () => Array.from({ length: 1 + size(random, 3) }, () => randomFilter(random, depth - 1)).join(',');
  if (kind < 1) return `"$and":[${several()}]`;
  if (kind < 2.5) return `"$or":[${several()}]`;
  if (kind < 4) return `"$not":${randomFilter(random, depth - 1)}`;
  return `${JSON.stringify(randomPath(random))}:${random.chance() ? comparableScalar(random) : `{${randomOperator(random)}}`}`;
}

function randomPath(random: Random): string {
  const names = Array.from({ length: 1 + size(random, 3) }, () => random.pick(NAMES).replaceAll(/[.$\\]/g, '\\$&'));
  return names.join('.');
}

const COMPARABLE = STRINGS.filter((text) => !text.includes('\u0000'));
const comparableScalar = (random: Random) => randomScalar(random, COMPARABLE);

function randomOperator(random: Random): string {
  const list = () => `[${Array.from({ length: 1 + size(random, 3) }, () => comparableScalar(random)).join(',')}]`;
  const ordered = () => (random.chance() ? JSON.stringify(random.pick(COMPARABLE)) : random.pick(NUMBERS));
  return random.pick([
    () => `"$eq":${comparableScalar(random)}`,
    () => `"$ne":${comparableScalar(random)}`,
    () => `"$in":${list()}`,
    () => `"$nin":${list()}`,
    () => `"$gt":${ordered()}`,
    () => `"$gte":${ordered()}`,
    () => `"$lt":${ordered()}`,
    () => `"$lte":${ordered()}`,
    () => `"$exists":${random.chance()}`,
    () => `"$startsWith":${JSON.stringify(random.pick(COMPARABLE))}`,
    () => `"$not":{"$in":${list()},"$exists":true}`,
  ])();
}

function size(random: Random, most = 4): number {
  return Math.floor(random.between(0, most));
}
