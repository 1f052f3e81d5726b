import { describeIssues } from '../../../../../core/contracts/issues.ts';
import {
  DEFAULT_OPTIONS,
  OPTIONS,
  type OptionChanges,
  type OptionName,
  type WebhookOptions,
} from '../../../../../core/options/index.ts';
import { checkRows, headersOf, rowsOf } from './header-rows.ts';
import type { OptionDrafts } from './index.ts';

const NAMES = Object.keys(OPTIONS) as OptionName[];

export function newOptions(): OptionDrafts {
  return optionsOf(DEFAULT_OPTIONS);
}

export function optionsOf(webhook: WebhookOptions): OptionDrafts {
  const values = Object.fromEntries(NAMES.map((name) => [name, webhook[name]])) as WebhookOptions;
  return structuredClone({ ...values, headers: rowsOf(values.headers) });
}

/** Validates the options. Returns messages by path. */
export function checkOptions(drafts: OptionDrafts): Record<string, string> {
  const errors = NAMES.filter((name) => name !== 'headers').flatMap((name) => {
    const { error } = OPTIONS[name].schema.safeParse(drafts[name]);
    return error
      ? describeIssues(error).map(({ path, message }) => [path === '' ? name : `${name}.${path}`, message])
      : [];
  });
  return { ...(Object.fromEntries(errors) as Record<string, string>), ...checkRows(drafts.headers) };
}

/** The options that differ from the saved ones. The drafts must be valid. */
export function changesOf(drafts: OptionDrafts, before: WebhookOptions): OptionChanges {
  const values = { ...drafts, headers: headersOf(drafts.headers) };
  const changed = NAMES.filter((name) => JSON.stringify(values[name]) !== JSON.stringify(before[name]));
  return Object.fromEntries(changed.map((name) => [name, values[name]]));
}
