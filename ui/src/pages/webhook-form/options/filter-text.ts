import { parseExact } from '../../../../../core/domain/exact-json.ts';

/** A filter from the text of its field: null if that is empty, undefined if it is not JSON. */
export function readFilterText(text: string | null): unknown {
  if (text === null || text.trim() === '') return null;
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
