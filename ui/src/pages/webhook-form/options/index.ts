import type { Component } from 'svelte';
import type { OptionName, WebhookOptions } from '../../../../../core/options/index.ts';
import { formatCount, formatPlural } from '../../../lib/number-format.ts';
import ClientCertificate from './client-certificate.svelte';
import Filter from './filter.svelte';
import type { HeaderRow } from './header-rows.ts';
import Headers from './headers.svelte';
import Limits from './limits.svelte';
import Ordering from './ordering.svelte';
import RetryPolicy from './retry-policy.svelte';
import Timeout from './timeout.svelte';

/** A term and its value, for the webhook's page. */
export type Fact = [term: string, value: string];

/** The options as the dashboard's API returns them: the filter is JSON text, so that no digit is lost. */
export type ShownOptions = Omit<WebhookOptions, 'filter'> & { filter: string | null };

/** What the forms need to know of the webhook besides the options. */
export interface Subscriber {
  platform: string;
  /** Empty if the platform has no organizations. */
  organization: string;
  events: string[];
}

/** An option's form values. Numbers are null while their field is empty. */
export type OptionDraft<Value> = Value extends object
  ? { [Member in keyof Value]: Value[Member] | null }
  : Value | null;
export type OptionDrafts = {
  [Name in OptionName]: Name extends 'headers' ? HeaderRow[] : OptionDraft<ShownOptions[Name]>;
};

export interface OptionProps<Name extends OptionName> {
  value: OptionDrafts[Name];
  /** Error messages by path, such as `limits.rate`. */
  problems: Record<string, string>;
  webhook: Subscriber;
}

interface OptionForm<Name extends OptionName> {
  form: Component<OptionProps<Name>, object, 'value'>;
  facts: (value: ShownOptions[Name]) => Fact[];
}

/** The form of each option, in display order. */
export const OPTION_FORMS: { [Name in OptionName]: OptionForm<Name> } = {
  retry_policy: {
    form: RetryPolicy,
    facts: ({ maximum_attempts }) => [['Attempts', `${maximum_attempts} at most`]],
  },
  limits: {
    form: Limits,
    facts: ({ concurrency, rate }) => [
      ['At once', `${formatPlural(concurrency, 'attempt')} in each worker`],
      ['Rate', rate === null ? 'no limit' : `about ${formatCount(rate)} per second at most`],
    ],
  },
  timeout: {
    form: Timeout,
    facts: (seconds) => [['Timeout', seconds === null ? 'the default' : formatPlural(seconds, 'second')]],
  },
  headers: {
    form: Headers,
    facts: (headers) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${shorten(value)}`);
      return [['Headers', lines.join('\n') || 'none of its own']];
    },
  },
  ordering: {
    form: Ordering,
    facts: (ordering) => [['Order', ordering === null ? 'none' : `by ${ordering.key}`]],
  },
  client_certificate: {
    form: ClientCertificate,
    facts: (certificate) => [['Client certificate', certificate === null ? 'none' : 'set']],
  },
  filter: {
    form: Filter,
    facts: (text) => [['Filter', text === null ? 'none' : shorten(text, LONGEST_FILTER)]],
  },
};

const LONGEST_SHOWN = 80;
/** The form shows it whole. */
const LONGEST_FILTER = 200;

function shorten(value: string, longest = LONGEST_SHOWN): string {
  return value.length > longest ? `${value.slice(0, longest)}…` : value;
}

/** The options shown on a webhook's page. */
export function describeOptions(options: ShownOptions): Fact[] {
  const names = Object.keys(OPTION_FORMS) as OptionName[];
  return names.flatMap((name) => (OPTION_FORMS[name].facts as (value: unknown) => Fact[])(options[name]));
}
