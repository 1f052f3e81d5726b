import { formatPath } from '../../core/contracts/issues.ts';
import type { FilterTrial } from '../../core/contracts/dashboard/filter-trial.ts';
import { parseExact } from '../../core/domain/exact-json.ts';
import type { Condition } from '../../core/domain/filter/condition.ts';
import { readFilter } from '../../core/domain/filter/read-filter.ts';
import type { EventType } from '../../core/platforms/platform.ts';
import { encodePhpJson, JsonSyntaxError } from '../../delivery/body/encode.ts';
import { explainMismatch } from '../../delivery/history/explain-mismatch.ts';
import { dataOf, JsonNode } from '../../delivery/history/json-node.ts';
import type { RecentEvent } from '../../delivery/history/recent-events.ts';
import { lineAndColumn, locateMember } from './locate-member.ts';

type Problem = FilterTrial['problems'][number];

/** Reads a filter from JSON text, with the place of each problem in it. */
export function readFilterText(text: string): { condition: Condition } | { problems: Problem[] } {
  let encoded: string;
  try {
    encoded = encodePhpJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return {
      problems: [{ path: '', message: `is not valid JSON: ${error.message}`, ...lineAndColumn(text, error.position) }],
    };
  }
  const { condition, problems } = readFilter(parseExact(encoded));
  if (condition) return { condition };
  return {
    problems: problems.map(({ path, message }) => ({
      path: formatPath(path),
      message,
      ...lineAndColumn(text, locateMember(text, path)),
    })),
  };
}

export function tryExample(condition: Condition, { type, example }: EventType): FilterTrial['examples'][number] {
  return { event: type, mismatch: explainMismatch(condition, new JsonNode(encodePhpJson(JSON.stringify(example)))) };
}

export function tryEvent(
  condition: Condition,
  { id, event_type, created_at, body }: RecentEvent,
): NonNullable<FilterTrial['events']>[number] {
  return {
    id,
    created_at: created_at.toISOString(),
    event: event_type,
    mismatch: explainMismatch(condition, dataOf(body)),
  };
}
