import type { z } from 'zod';
import type { FieldError } from './errors.ts';

type Issue = z.core.$ZodIssue;

/** What zod found wrong, in words that need no knowledge of zod. */
export function describeIssues(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => ({ path: formatPath(issue.path), message: describeIssue(issue) }));
}

/** `['events', 3, 'event']` is `events[3].event`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** A message that is not zod's own was written for the caller already. */
const OWN_WORDS = /^(Invalid|Too|Unrecognized)/;

function describeIssue(issue: Issue): string {
  if (!OWN_WORDS.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.includes('received undefined') ? 'is required' : `must be ${article(issue.expected)}`;
    case 'too_small':
      return describeBound('at least', issue.origin, Number(issue.minimum));
    case 'too_big':
      return describeBound('at most', issue.origin, Number(issue.maximum));
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    default:
      return issue.message;
  }
}

function describeBound(bound: string, origin: string, limit: number): string {
  if (origin === 'string') return `must be ${bound} ${limit} character${limit === 1 ? '' : 's'} long`;
  if (origin === 'array')
    return limit === 1 && bound === 'at least' ? 'must not be empty' : `must have ${bound} ${limit} items`;
  return `must be ${bound} ${limit}`;
}

function article(type: string): string {
  if (type === 'int') return 'a whole number';
  if (type === 'record') return 'an object';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** A value that was sent, as far as it fits into a message. */
export function quote(value: unknown): string {
  const json = JSON.stringify(value) ?? 'undefined';
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}
