import { indentJson } from '../../lib/json/indent-json.ts';
import { parseExact, writeExact, type ExactJson } from '../../lib/json/exact-json.ts';
import { findDeviations } from './deviations.ts';
import { readDraft, toDraft, type Draft } from './draft.ts';
import type { FormField } from './fields.ts';

/** What is to be sent as `data`, as a form or as JSON. */
export class DataDraft {
  mode = $state<'form' | 'json'>('form');
  draft = $state<Draft | null>(null);
  json = $state('');
  /** Why the form cannot be shown. */
  misfit = $state<string>();
  readonly field: FormField;

  private readonly read = $derived.by(() => {
    const problems = new Map<string, string>();
    const value = this.draft ? readDraft(this.field, this.draft, problems) : null;
    return { value, problems };
  });
  private readonly parsed = $derived(parse(this.json));

  /** What is wrong with the form, by path. */
  readonly problems = $derived(this.read.problems);
  /** What is wrong with the JSON. */
  readonly jsonProblem = $derived('problem' in this.parsed ? this.parsed.problem : undefined);

  readonly deviations = $derived.by(() => {
    if (this.mode === 'json') return 'value' in this.parsed ? findDeviations(this.field, this.parsed.value) : [];
    return this.problems.size > 0 ? [] : findDeviations(this.field, this.read.value);
  });

  /** JSON; null while it cannot be sent. */
  readonly text = $derived.by(() => {
    if (this.mode === 'json') return this.jsonProblem === undefined ? this.json : null;
    return this.problems.size > 0 ? null : writeExact(this.read.value);
  });

  /** `json` is what it begins with. */
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

  /** Shows the same in the other way; stays where the form cannot show it. */
  switchTo(mode: 'form' | 'json'): void {
    this.misfit = undefined;
    if (mode === 'json') {
      if (this.text !== null) this.json = indentJson(this.text);
      this.mode = 'json';
      return;
    }
    const draft = 'value' in this.parsed ? toDraft(this.field, this.parsed.value) : null;
    if (!draft) {
      this.misfit = 'The form cannot show this: it has to be valid, and of the types that the schema describes.';
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
    return { problem: 'Has to be a JSON object or array.' };
  } catch (error) {
    return { problem: (error as SyntaxError).message };
  }
}
