import { ExactNumber, isObject, parseExact, writeExact, type ExactJson } from '../../../../core/domain/exact-json.ts';
import type { FormField } from './fields.ts';

/** The value of a form field, valid or not. */
export interface Draft {
  /** `absent`: the member is omitted. */
  how: 'value' | 'null' | 'absent';
  /** The text typed; "true" or "false" for a boolean. */
  text: string;
  /** For objects: the members by name. */
  members: Record<string, Draft>;
  /** For objects: members that are not in the schema. They are sent unchanged. */
  others: Record<string, ExactJson>;
  /** For lists. */
  items: Draft[];
}

/** Converts a value (`undefined`: missing) to a draft; null if the form cannot show it. */
export function toDraft(field: FormField, value: ExactJson | undefined): Draft | null {
  const empty: Draft = { how: 'value', text: '', members: {}, others: {}, items: [] };
  if (value === null && field.kind !== 'json')
    return field.nullable ? { ...empty, ...blank(field), how: 'null' } : null;
  if (value === undefined) return { ...empty, ...blank(field), how: field.optional ? 'absent' : 'value' };
  if (field.kind === 'json') return { ...empty, text: writeExact(value) };
  if (field.kind === 'object') return isObject(value) ? toObjectDraft(field, value) : null;
  if (field.kind === 'list') return Array.isArray(value) ? toListDraft(field, value) : null;
  const text = toText(field, value);
  return text === null ? null : { ...empty, text };
}

function toObjectDraft(field: FormField, value: { [name: string]: ExactJson }): Draft | null {
  const members: Record<string, Draft> = {};
  for (const member of field.members) {
    const draft = toDraft(member, Object.hasOwn(value, member.name) ? value[member.name] : undefined);
    if (!draft) return null;
    // A missing member stays missing, even if the schema requires it.
    members[member.name] = Object.hasOwn(value, member.name) ? draft : { ...draft, how: 'absent' };
  }
  const known = new Set(field.members.map(({ name }) => name));
  const others = Object.fromEntries(Object.entries(value).filter(([name]) => !known.has(name)));
  return { how: 'value', text: '', members, others, items: [] };
}

function toListDraft(field: FormField, value: ExactJson[]): Draft | null {
  const items = value.map((item) => toDraft(field.item!, item));
  if (items.includes(null)) return null;
  return { how: 'value', text: '', members: {}, others: {}, items: items as Draft[] };
}

function toText(field: FormField, value: ExactJson): string | null {
  if (field.kind === 'number') return value instanceof ExactNumber ? value.text : null;
  if (field.kind === 'boolean') return typeof value === 'boolean' ? String(value) : null;
  if (typeof value !== 'string') return null;
  return field.kind === 'choice' && !field.choices.includes(value) ? null : value;
}

/** The initial content of an empty field. */
function blank(field: FormField): Partial<Draft> {
  switch (field.kind) {
    case 'choice':
      return { text: field.choices[0] ?? '' };
    case 'boolean':
      return { text: 'false' };
    case 'json':
      return { text: '{}' };
    case 'object':
      return { members: Object.fromEntries(field.members.map((member) => [member.name, toDraft(member, undefined)!])) };
    default:
      return {};
  }
}

/** Converts a draft to a value. Errors are added to `problems` by path; if there are any, the value is not usable. */
export function readDraft(field: FormField, draft: Draft, problems: Map<string, string>, path = ''): ExactJson {
  if (draft.how === 'null') return null;
  switch (field.kind) {
    case 'object': {
      const named = field.members.filter(({ name }) => draft.members[name]!.how !== 'absent');
      const read = named.map((member): [string, ExactJson] => [
        member.name,
        readDraft(member, draft.members[member.name]!, problems, joinPath(path, member.name)),
      ]);
      return { ...Object.fromEntries(read), ...draft.others };
    }
    case 'list':
      return draft.items.map((item, index) => readDraft(field.item!, item, problems, joinPath(path, String(index))));
    case 'number':
      return readNumber(field, draft.text.trim(), problems, path);
    case 'boolean':
      return draft.text === 'true';
    case 'json':
      return readJson(draft.text, problems, path);
    default:
      return draft.text;
  }
}

export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function readNumber(field: FormField, text: string, problems: Map<string, string>, path: string): ExactJson {
  const valid = field.whole ? /^-?(0|[1-9]\d*)$/ : /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
  if (!valid.test(text)) problems.set(path, field.whole ? 'Must be a whole number.' : 'Must be a number, such as 1.5.');
  return new ExactNumber(text);
}

function readJson(text: string, problems: Map<string, string>, path: string): ExactJson {
  try {
    return parseExact(text);
  } catch (error) {
    problems.set(path, (error as SyntaxError).message);
    return null;
  }
}
