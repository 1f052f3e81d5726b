import { describeIssues } from '../../../../../core/contracts/issues.ts';
import {
  OPTIONS,
  readOptions,
  type OptionChanges,
  type OptionName,
  type WebhookOptions,
} from '../../../../../core/options/index.ts';
import type { OptionDrafts } from './index.ts';

const NAMES = Object.keys(OPTIONS) as OptionName[];

export function newOptions(): OptionDrafts {
  return optionsOf(readOptions({}));
}

export function optionsOf(webhook: WebhookOptions): OptionDrafts {
  return structuredClone(Object.fromEntries(NAMES.map((name) => [name, webhook[name]]))) as OptionDrafts;
}

/** Validates the options. Returns messages by path. */
export function checkOptions(drafts: OptionDrafts): Record<string, string> {
  const errors = NAMES.flatMap((name) => {
    const { error } = OPTIONS[name].schema.safeParse(drafts[name]);
    return error
      ? describeIssues(error).map(({ path, message }) => [path === '' ? name : `${name}.${path}`, message])
      : [];
  });
  return Object.fromEntries(errors) as Record<string, string>;
}

/** The options that differ from the saved ones. The drafts must be valid. */
export function changesOf(drafts: OptionDrafts, before: WebhookOptions): OptionChanges {
  const changed = NAMES.filter((name) => JSON.stringify(drafts[name]) !== JSON.stringify(before[name]));
  return Object.fromEntries(changed.map((name) => [name, drafts[name]]));
}
