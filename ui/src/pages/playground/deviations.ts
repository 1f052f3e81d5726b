import { ExactNumber, isObject, type ExactJson } from '../../../../core/domain/exact-json.ts';
import { joinPath } from './draft.ts';
import type { FormField } from './fields.ts';

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** Describes where a value deviates from the schema. Posthorn accepts it anyway. */
export function findDeviations(field: FormField, value: ExactJson, path = ''): string[] {
  const at = path === '' ? 'data' : path;
  if (field.kind === 'json' || (value === null && field.nullable)) return [];
  const wrong = (wanted: string) => [`${at} is not ${wanted}`];
  switch (field.kind) {
    case 'object':
      return isObject(value) ? findInMembers(field, value, path) : wrong('an object');
    case 'list':
      if (!Array.isArray(value)) return wrong('an array');
      return value.flatMap((item, index) => findDeviations(field.item!, item, joinPath(path, String(index))));
    case 'number': {
      if (!(value instanceof ExactNumber)) return wrong('a number');
      return field.whole && !Number.isInteger(Number(value.text)) ? wrong('a whole number') : [];
    }
    case 'boolean':
      return typeof value === 'boolean' ? [] : wrong('true or false');
    case 'choice':
      return field.choices.includes(value as string) ? [] : wrong(`one of ${field.choices.join(', ')}`);
    case 'moment':
      return typeof value === 'string' && ISO_TIME.test(value) ? [] : wrong('a time such as 2026-01-22T10:30:00Z');
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? [] : wrong('a date such as 2026-01-22');
    case 'text':
      return typeof value === 'string' ? [] : wrong('a string');
  }
}

function findInMembers(field: FormField, value: { [name: string]: ExactJson }, path: string): string[] {
  return field.members.flatMap((member) => {
    const at = joinPath(path, member.name);
    if (Object.hasOwn(value, member.name)) return findDeviations(member, value[member.name]!, at);
    return member.optional ? [] : [`${at} is missing`];
  });
}
