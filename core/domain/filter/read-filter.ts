import { ExactNumber, writeExact, type ExactJson } from '../exact-json.ts';
import type { Condition } from './condition.ts';
import { FILTER_LIMITS } from './limits.ts';
import { FieldReader } from './read-field.ts';

/** What is wrong with a filter, and where. */
export interface FilterProblem {
  path: (string | number)[];
  message: string;
}

const MOST_PROBLEMS = 20;
const FORM = 'must be an object of conditions, such as {"status": "pending"}';

/** Reads a filter from JSON. The condition is null if there are problems. */
export function readFilter(json: unknown): { condition: Condition | null; problems: FilterProblem[] } {
  const reader = new FilterReader();
  const condition = reader.read(toExact(json));
  return { condition: reader.problems.length === 0 ? condition : null, problems: reader.problems };
}

/** @throws Error if it has a problem. For filters that were accepted. */
export function requireFilter(json: unknown): Condition {
  const { condition, problems } = readFilter(json);
  if (!condition) throw new Error(`a stored filter has a problem: ${JSON.stringify(problems)}`);
  return condition;
}

/** JSON whose numbers may be JavaScript's own. */
function toExact(json: unknown): ExactJson {
  if (typeof json === 'number') return new ExactNumber(String(json));
  if (json instanceof ExactNumber) return json;
  if (Array.isArray(json)) return json.map(toExact);
  if (typeof json !== 'object' || json === null) return json as ExactJson;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, toExact(value)]));
}

class FilterReader {
  readonly problems: FilterProblem[] = [];
  private readonly fields = new FieldReader((path, message) => this.refuse(path, message));

  read(json: ExactJson): Condition {
    const bytes = new TextEncoder().encode(writeExact(json)).length;
    if (bytes > FILTER_LIMITS.bytes) {
      this.refuse([], `must have at most ${FILTER_LIMITS.bytes} bytes as JSON; it has ${bytes}`);
      return { kind: 'all', of: [] };
    }
    const condition = this.readCondition(json, [], 0);
    if (this.fields.conditions > FILTER_LIMITS.conditions) {
      this.refuse([], `must have at most ${FILTER_LIMITS.conditions} conditions; it has ${this.fields.conditions}`);
    }
    return condition;
  }

  private refuse(path: (string | number)[], message: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ path, message });
  }

  private readCondition(json: ExactJson, path: (string | number)[], depth: number): Condition {
    if (typeof json !== 'object' || json === null || Array.isArray(json) || json instanceof ExactNumber) {
      this.refuse(path, FORM);
      return { kind: 'all', of: [] };
    }
    const members = Object.entries(json);
    if (members.length === 0) {
      this.refuse(path, path.length === 0 ? 'must not be empty; null means no filter' : 'must not be empty');
    }
    return all(members.map(([name, value]) => this.readMember(name, value, [...path, name], depth)));
  }

  private readMember(name: string, value: ExactJson, path: (string | number)[], depth: number): Condition {
    if (name === '$and' || name === '$or') {
      return { kind: name === '$and' ? 'all' : 'any', of: this.readList(name, value, path, depth) };
    }
    if (name === '$not') return { kind: 'not', of: this.readNested(value, path, depth) };
    return this.fields.read(name, value, path);
  }

  private readList(name: string, value: ExactJson, path: (string | number)[], depth: number): Condition[] {
    if (!Array.isArray(value))
      this.refuse(path, `must be a list of conditions, such as {"${name}": [{"status": "pending"}]}`);
    else if (value.length === 0) this.refuse(path, 'must not be empty');
    else return value.map((item, index) => this.readNested(item, [...path, index], depth));
    return [];
  }

  private readNested(value: ExactJson, path: (string | number)[], depth: number): Condition {
    if (depth < FILTER_LIMITS.depth) return this.readCondition(value, path, depth + 1);
    this.refuse(
      path,
      `must not be deeper: $and, $or and $not may contain each other ${FILTER_LIMITS.depth} times at most`,
    );
    return { kind: 'all', of: [] };
  }
}

function all(conditions: Condition[]): Condition {
  return conditions.length === 1 ? conditions[0]! : { kind: 'all', of: conditions };
}
