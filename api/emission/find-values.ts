import { LONGEST_VALUE } from '../../core/domain/searched-value.ts';
import { splitObject } from '../../delivery/body/split.ts';

/** Nobody searches for these, PostgreSQL has no text with U+0000, and values are passed to it as lines. */
const CONTROL = /\p{Cc}/u;

/** The strings and numbers at these paths within `data`, which is encoded as PHP would. Each is returned once. */
export function findValues(data: string, paths: readonly string[]): string[] {
  const members = splitObject(data);
  if (!members) return [];
  const found = new Set<string>();
  for (const path of paths) {
    const value = readValue(findMember(members, path));
    if (value !== null) found.add(value);
  }
  return [...found];
}

/** Its JSON. A name may have a dot: the longest name that fits counts. */
function findMember(members: Map<string, string>, path: string): string | undefined {
  const direct = members.get(path);
  const dot = path.indexOf('.');
  if (direct !== undefined || dot === -1) return direct;
  const inner = members.get(path.slice(0, dot));
  const rest = inner === undefined ? null : splitObject(inner);
  return rest ? findMember(rest, path.slice(dot + 1)) : undefined;
}

function readValue(json: string | undefined): string | null {
  if (json === undefined || !/^["\d-]/.test(json) || json.length > 6 * LONGEST_VALUE) return null;
  const text = json.startsWith('"') ? (JSON.parse(json) as string).trim() : json;
  return text === '' || text.length > LONGEST_VALUE || CONTROL.test(text) ? null : text;
}
