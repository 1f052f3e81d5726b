import { parseExact } from '../../core/domain/exact-json.ts';
import { requireFilter } from '../../core/domain/filter/read-filter.ts';
import type { OtherWebhook } from '../../delivery/history/event-history.ts';
import { explainMismatch } from '../../delivery/history/explain-mismatch.ts';
import type { JsonNode } from '../../delivery/history/json-node.ts';

interface State {
  active: boolean | undefined;
  events: string[] | undefined;
  /** Since when, if the audit log contains it. */
  activeSince: string | undefined;
}

const GUESS = ', as far as can be known now';

interface Event {
  created_at: Date;
  event_type: string;
  data: JsonNode;
  test: boolean;
}

/** Why a webhook did not get an event: from the audit log, or from its current state if the log does not tell. */
export function explainAbsence(webhook: OtherWebhook, event: Event): string {
  const at = event.created_at;
  if (event.test) return 'the event was a test of another webhook';
  if (new Date(webhook.created_at) > at) return `it was registered later, at ${iso(webhook.created_at)}`;
  if (webhook.deleted_at !== null && new Date(webhook.deleted_at) <= at) {
    return `it was deleted before, at ${iso(webhook.deleted_at)}`;
  }
  const then = stateAt(webhook, at);
  // Deleting a webhook also turns it off.
  const active = then.active ?? (webhook.active || webhook.deleted_at !== null);
  const events = then.events ?? webhook.events;
  if (!active) {
    const since = then.activeSince === undefined ? '' : `, since ${iso(then.activeSince)}`;
    return `it was turned off then${since}${then.active === undefined ? GUESS : ''}`;
  }
  if (!events.includes(event.event_type)) {
    const guess = then.events === undefined ? GUESS : '';
    return `it was subscribed to other event types then: ${events.join(', ')}${guess}`;
  }
  return explainFilter(webhook, event) ?? `it changed at about the same time${GUESS}`;
}

/** Null if the filter is not the reason. */
function explainFilter({ filter, filter_then: then, updated_at }: OtherWebhook, event: Event): string | null {
  const used = then === null ? filter : then.filter;
  if (used === null) return null;
  const mismatch = explainMismatch(requireFilter(parseExact(used)), event.data);
  if (mismatch === null) return null;
  const reason = `its filter did not match: ${mismatch}`;
  if (then === null) return new Date(updated_at) > event.created_at ? reason + GUESS : reason;
  return used === filter ? reason : `${reason} (the filter was changed since)`;
}

/** The state at a time according to the audit log; undefined where the log does not tell. */
function stateAt(webhook: OtherWebhook, at: Date): State {
  const state: State = { active: undefined, events: undefined, activeSince: undefined };
  for (const entry of webhook.entries) {
    if (new Date(entry.at) > at) break;
    const { active, events, fields } = readDetails(entry);
    if (events !== undefined || fields.includes('events')) state.events = events;
    if (active !== undefined || fields.includes('active')) Object.assign(state, { active, activeSince: entry.at });
  }
  return state;
}

function readDetails({ action, details }: OtherWebhook['entries'][number]) {
  const { active, events, fields } = details as { active?: boolean; events?: string[]; fields?: string[] };
  if (action === 'webhook.turned_off') return { active: false, events: undefined, fields: [] };
  return { active, events, fields: fields ?? [] };
}

function iso(time: string): string {
  return new Date(time).toISOString();
}
