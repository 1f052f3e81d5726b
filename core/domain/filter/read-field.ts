import { ExactNumber, isObject, writeExact, type ExactJson } from '../exact-json.ts';
import type { Comparison, Condition, Path, Scalar } from './condition.ts';
import { FILTER_LIMITS } from './limits.ts';
import { CONTROL, isComparable, readPath } from './path.ts';

type Place = (string | number)[];
type ReadOperator = (reader: FieldReader, path: Path, value: ExactJson, place: Place) => Condition | null;

const OPERATORS: Record<string, ReadOperator> = {
  $eq: (reader, path, value, place) => reader.readEquals(path, [value], [place]),
  $ne: (reader, path, value, place) => not(reader.readEquals(path, [value], [place])),
  $in: (reader, path, value, place) => reader.readIn(path, value, place),
  $nin: (reader, path, value, place) => not(reader.readIn(path, value, place)),
  $gt: compare('>'),
  $gte: compare('>='),
  $lt: compare('<'),
  $lte: compare('<='),
  $exists(reader, path, value, place) {
    if (typeof value !== 'boolean') return reader.refuse(place, 'must be true or false');
    return value ? { kind: 'exists', path } : { kind: 'not', of: { kind: 'exists', path } };
  },
  $startsWith(reader, path, value, place) {
    if (typeof value !== 'string') return reader.refuse(place, 'must be a string');
    if (!isComparable(value)) return reader.refuse(place, CONTROL);
    return { kind: 'starts', path, prefix: value };
  },
};
const NAMES = Object.keys(OPERATORS).join(', ');

function compare(comparison: Comparison): ReadOperator {
  return (reader, path, value, place) => {
    if (typeof value !== 'string' && !(value instanceof ExactNumber)) {
      return reader.refuse(place, 'must be a number or a string');
    }
    return reader.accepts(value, place) ? { kind: 'compares', path, comparison, value } : null;
  };
}

function not(of: Condition | null): Condition | null {
  return of && { kind: 'not', of };
}

/** Reads the members of a condition that name a path. */
export class FieldReader {
  /** How many conditions were read. */
  conditions = 0;
  readonly refuse: (place: Place, message: string) => null;

  constructor(refuse: (place: Place, message: string) => void) {
    this.refuse = (place, message) => {
      refuse(place, message);
      return null;
    };
  }

  /** `value` is what the path must equal, or an object of operators. */
  read(name: string, value: ExactJson, place: Place): Condition {
    const path = this.readName(name, value, place);
    if (path === null) return { kind: 'all', of: [] };
    const members: [string, ExactJson][] = isObject(value) ? Object.entries(value) : [['$eq', value]];
    if (members.length === 0) this.refuse(place, `must not be empty; operators are ${NAMES}`);
    const read = members.map(([operator, operand]) =>
      this.readOperator(path, operator, operand, isObject(value) ? [...place, operator] : place),
    );
    const conditions = read.filter((one) => one !== null);
    return conditions.length === 1 ? conditions[0]! : { kind: 'all', of: conditions };
  }

  private readName(name: string, value: ExactJson, place: Place): Path | null {
    if (name.startsWith('$')) {
      return this.refuse(
        place,
        Object.hasOwn(OPERATORS, name)
          ? `needs a path before it: {"status": {"${name}": ${writeExact(value).slice(0, 60)}}}`
          : `is no operator; here, $and, $or and $not are possible, or a path such as "status". A name that begins with $ is written \\${name}`,
      );
    }
    const path = readPath(name);
    return 'problem' in path ? this.refuse(place, path.problem) : path;
  }

  private readOperator(path: Path, operator: string, value: ExactJson, place: Place): Condition | null {
    this.conditions += 1;
    if (Object.hasOwn(OPERATORS, operator)) return OPERATORS[operator]!(this, path, value, place);
    if (operator === '$regex')
      return this.refuse(place, 'is not possible: there are no regular expressions; use $startsWith or $in');
    if (operator === '$not') return this.readNot(path, value, place);
    return this.refuse(
      place,
      operator.startsWith('$')
        ? `is no operator; valid are $not, ${NAMES}`
        : `is no operator; for a member of ${path.text}, write its path with a dot: "${path.text}.${operator}"`,
    );
  }

  /** `{"amount": {"$not": {"$gte": 100}}}` */
  private readNot(path: Path, value: ExactJson, place: Place): Condition | null {
    if (!isObject(value)) return this.refuse(place, 'must be an object of operators, such as {"$gte": 100}');
    const members = Object.entries(value);
    if (members.length === 0) return this.refuse(place, 'must not be empty');
    const read = members.map(([operator, operand]) =>
      operator === '$not'
        ? this.refuse([...place, operator], 'must not be in another $not')
        : this.readOperator(path, operator, operand, [...place, operator]),
    );
    return not({ kind: 'all', of: read.filter((one) => one !== null) });
  }

  readEquals(path: Path, values: readonly ExactJson[], places: readonly Place[]): Condition | null {
    const scalars: Scalar[] = [];
    values.forEach((value, index) => {
      const place = places[index]!;
      if (Array.isArray(value) || isObject(value)) {
        this.refuse(place, 'must be a string, a number, true, false or null; for several, use {"$in": [...]}');
      } else if (this.accepts(value, place)) scalars.push(value);
    });
    return scalars.length < values.length ? null : { kind: 'equals', path, values: scalars };
  }

  readIn(path: Path, list: ExactJson, place: Place): Condition | null {
    if (!Array.isArray(list)) return this.refuse(place, 'must be a list of values');
    if (list.length === 0) return this.refuse(place, 'must not be empty');
    if (list.length > FILTER_LIMITS.values) {
      return this.refuse(place, `must have at most ${FILTER_LIMITS.values} values; it has ${list.length}`);
    }
    const places = list.map((_, index) => [...place, index]);
    return this.readEquals(path, list, places);
  }

  accepts(value: Scalar, place: Place): boolean {
    if (typeof value === 'string' && !isComparable(value)) return this.refuse(place, CONTROL) !== null;
    if (value instanceof ExactNumber && !Number.isFinite(Number(value.text))) {
      return this.refuse(place, 'is too large for a number') !== null;
    }
    return true;
  }
}
