import { indentJson } from '../../lib/json/indent-json.ts';
import { parseExact, writeExact, type ExactJson } from '../../../../core/domain/exact-json.ts';
import { findDeviations } from './deviations.ts';
import { readDraft, toDraft, type Draft } from './draft.ts';
import type { FormField } from './fields.ts';

/** The `data` of the event to send, edited as a form or as JSON. */
export class DataDraft {
  mode = $state<'form' | 'json'>('form');
  draft = $state<Draft | null>(null);
  json = $state('');
  /** The reason why the form cannot be shown. */
  misfit = $state<string>();
  readonly field: FormField;

  private readonly read = $derived.by(() => {
    const problems = new Map<string, string>();
    const value = this.draft ? readDraft(this.field, this.draft, problems) : null;
    return { value, problems };
  });
  private readonly parsed = $derived(parse(this.json));

  /** Errors in the form, by path. */
  readonly problems = $derived(this.read.problems);
  /** The error in the JSON. */
  readonly jsonProblem = $derived('problem' in this.parsed ? this.parsed.problem : undefined);

  readonly deviations = $derived.by(() => {
    if (this.mode === 'json') return 'value' in this.parsed ? findDeviations(this.field, this.parsed.value) : [];
    return this.problems.size > 0 ? [] : findDeviations(this.field, this.read.value);
  });

  /** JSON; null if it is invalid. */
  readonly text = $derived.by(() => {
    if (this.mode === 'json') return this.jsonProblem === undefined ? this.json : null;
    return this.problems.size > 0 ? null : writeExact(this.read.value);
  });

  /** `json` is the initial value. */
  constructor(field: FormField, json: string) {
    this.field = field;
    this.reset(json);
  }

  reset(json: string): void {
    this.json = indentJson(json);
    this.misfit = undefined;
    this.draft = toDraft(this.field, parseExact(json));
    if (!this.draft) this.mode = 'json';
  }

  /** Switches between form and JSON and keeps the value. Stays in JSON if the form cannot show it. */
  switchTo(mode: 'form' | 'json'): void {
    this.misfit = undefined;
    if (mode === 'json') {
      if (this.text !== null) this.json = indentJson(this.text);
      this.mode = 'json';
      return;
    }
    const draft = 'value' in this.parsed ? toDraft(this.field, this.parsed.value) : null;
    if (!draft) {
      this.misfit = 'The form cannot show this JSON. It must be valid and match the types of the schema.';
      return;
    }
    this.draft = draft;
    this.mode = 'form';
  }
}

function parse(json: string): { value: ExactJson } | { problem: string } {
  try {
    const value = parseExact(json);
    if (/^\s*[{[]/.test(json)) return { value };
    return { problem: 'Must be a JSON object or array.' };
  } catch (error) {
    return { problem: (error as SyntaxError).message };
  }
}
