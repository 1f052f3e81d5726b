import type { Resolve, Schema } from './schema.ts';

/** A generator whose seed determines the sequence (mulberry32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
}

const CHARACTERS = [...'abcXYZ019 "\\/{}[]:,é🙂<>&%\'\t\n'];
const VISIBLE = [...'abcXYZ019-_.:~!'];
const JUNK = [
  null,
  true,
  -1,
  0.5,
  1e300,
  '',
  'x',
  '\u0000',
  '🙂',
  [],
  [[]],
  {},
  { a: 1 },
  '../../etc/passwd',
  "' or 1=1 --",
];

/** A random value that matches the schema. */
export function generate(reference: Schema, random: Random, resolve: Resolve): unknown {
  const schema = resolve(reference);
  if (schema.anyOf) return generate(random.pick(schema.anyOf), random, resolve);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  const type = typeof schema.type === 'string' ? schema.type : schema.type ? random.pick(schema.type) : undefined;
  switch (type) {
    case 'object':
      return generateObject(schema, random, resolve);
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + random.below(3) }, () =>
        generate(schema.items ?? {}, random, resolve),
      );
    case 'string':
      return generateString(schema, random);
    case 'integer':
    case 'number': {
      const { minimum = -1000, maximum = 1000 } = schema;
      return random.chance(3)
        ? random.pick([minimum, maximum])
        : minimum + random.below(Math.floor(maximum - minimum) + 1);
    }
    case 'boolean':
      return random.chance(2);
    case 'null':
      return null;
    default:
      return random.pick(JUNK);
  }
}

function generateObject(
  { properties = {}, required = [], additionalProperties, propertyNames }: Schema,
  random: Random,
  resolve: Resolve,
): object {
  const named = Object.entries(properties)
    .filter(([name]) => required.includes(name) || random.chance(2))
    .map(([name, member]) => [name, generate(member, random, resolve)]);
  const typed = typeof additionalProperties === 'object' && additionalProperties.type !== undefined;
  const more = typed
    ? Array.from({ length: random.below(2) }, (_, index) => [
        propertyNames ? `X-${index}` : text(random, 5),
        generate(additionalProperties, random, resolve),
      ])
    : additionalProperties
      ? Array.from({ length: random.below(4) }, () => [text(random, 5), random.pick(JUNK)])
      : [];
  return Object.fromEntries([...more, ...named]) as object;
}

function generateString(schema: Schema, random: Random): string {
  if (schema.format === 'uuid') return crypto.randomUUID();
  if (schema.format === 'uri') return `https://receiver.example/${random.below(1000)}`;
  if (schema.format === 'date-time') {
    return random.pick(['2026-01-22T10:30:00Z', '2026-01-22T12:30:00.123456+02:00', '1999-12-31T23:59:59.9-11:30']);
  }
  const { minLength = 0, maxLength = 40 } = schema;
  const length = random.chance(4)
    ? random.pick([minLength, maxLength])
    : minLength + random.below(Math.min(maxLength - minLength, 20) + 1);
  if (schema.pattern !== undefined) {
    const visible = Array.from({ length }, () => random.pick(VISIBLE)).join('');
    const isValid = new RegExp(schema.pattern, 'u').test(visible);
    return isValid || typeof schema.example !== 'string' ? visible : schema.example;
  }
  return text(random, length);
}

function text(random: Random, length: number): string {
  return Array.from({ length }, () => random.pick(CHARACTERS)).join('');
}

/** The value with one part replaced by junk, removed, or taken out of bounds. */
export function damage(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(6)) return random.pick(JUNK);
  const keys = Object.keys(value);
  if (keys.length === 0) return random.pick(JUNK);
  const key = random.pick(keys);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  const members = copy as Record<string, unknown>;
  const member = members[key];
  const kind = random.below(4);
  if (kind === 0) delete members[key];
  else if (kind === 1) members[key] = random.pick(JUNK);
  else if (kind === 2 && typeof member === 'string') members[key] = member.repeat(300);
  else members[key] = damage(member, random);
  return copy;
}

/** Damages JSON as text. */
export function damageText(json: string, random: Random): string {
  const at = random.below(json.length);
  return random.pick([
    '',
    json.slice(0, at),
    `${json.slice(0, at)}\\${json.slice(at)}`,
    `${json}]`,
    json.replaceAll('"', "'"),
    '['.repeat(2000),
    '\ufeff{}',
    '{"a":"\\ud800"}',
    'undefined',
  ]);
}
