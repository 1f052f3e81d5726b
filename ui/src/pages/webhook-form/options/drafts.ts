import { describeIssues } from '../../../../../core/contracts/issues.ts';
import { DEFAULT_OPTIONS, OPTIONS, type OptionChanges, type OptionName } from '../../../../../core/options/index.ts';
import { indentJson } from '../../../lib/json/indent-json.ts';
import { checkRows, headersOf, rowsOf } from './header-rows.ts';
import { readFilterText } from './filter-text.ts';
import type { OptionDrafts, ShownOptions } from './index.ts';

const NAMES = Object.keys(OPTIONS) as OptionName[];

/** The options of a webhook that set none. */
export const NO_OPTIONS: ShownOptions = { ...DEFAULT_OPTIONS, filter: null };

export function newOptions(): OptionDrafts {
  return optionsOf(NO_OPTIONS);
}

export function optionsOf(webhook: ShownOptions): OptionDrafts {
  const values = Object.fromEntries(NAMES.map((name) => [name, webhook[name]])) as ShownOptions;
  const filter = values.filter && indentJson(values.filter);
  return structuredClone({ ...values, headers: rowsOf(values.headers), filter });
}

/** Validates the options. Returns messages by path. */
export function checkOptions(drafts: OptionDrafts): Record<string, string> {
  const errors = NAMES.filter((name) => name !== 'headers').flatMap((name) => {
    const value = name === 'filter' ? readFilterText(drafts.filter) : drafts[name];
    if (value === undefined) return [[name, 'is not valid JSON']];
    const { error } = OPTIONS[name].schema.safeParse(value);
    return error
      ? describeIssues(error).map(({ path, message }) => placeProblem(path === '' ? name : `${name}.${path}`, message))
      : [];
  });
  return { ...(Object.fromEntries(errors) as Record<string, string>), ...checkRows(drafts.headers) };
}

/** A text has one message, which names the place in it. */
export function placeProblem(path: string, message: string): [path: string, message: string] {
  return path.startsWith('filter.') ? ['filter', `${path.slice('filter.'.length)} ${message}`] : [path, message];
}

/** The options that differ from the saved ones. The drafts must be valid. */
export function changesOf(drafts: OptionDrafts, before: ShownOptions): OptionChanges {
  const values = { ...drafts, headers: headersOf(drafts.headers), filter: readFilterText(drafts.filter) };
  const saved = { ...before, filter: readFilterText(before.filter) };
  const changed = NAMES.filter((name) => JSON.stringify(values[name]) !== JSON.stringify(saved[name]));
  return Object.fromEntries(changed.map((name) => [name, values[name]]));
}
