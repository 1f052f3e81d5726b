import type { OldKind, OldPlatform } from './source.ts';

interface Field {
  /** Names that its column may have; the first that exists counts. */
  columns: readonly string[];
  required?: boolean;
}

/** The fields of an old webhook (docs/migration.md, What is read). */
const WEBHOOK: Record<string, Field> = {
  id: { columns: ['id'], required: true },
  org_id: { columns: ['org_id', 'organization_id'] },
  url: { columns: ['url', 'endpoint'], required: true },
  secret: { columns: ['secret', 'signing_secret'] },
  events: { columns: ['events', 'event_types'], required: true },
  description: { columns: ['description', 'name'] },
  active: { columns: ['active', 'is_active', 'enabled'] },
  paused_at: { columns: ['paused_at'] },
  created_at: { columns: ['created_at'] },
  updated_at: { columns: ['updated_at'] },
  deleted_at: { columns: ['deleted_at'] },
};

/** The fields of an old delivery: one event on its way to one webhook. */
const DELIVERY: Record<string, Field> = {
  id: { columns: ['id'], required: true },
  webhook_id: { columns: ['webhook_id'], required: true },
  event: { columns: ['event', 'event_type'], required: true },
  payload: { columns: ['payload', 'body'], required: true },
  status: { columns: ['status'], required: true },
  attempts: { columns: ['attempts', 'attempt_count'] },
  max_attempts: { columns: ['max_attempts'] },
  response_code: { columns: ['response_code', 'status_code', 'response_status', 'http_status'] },
  response_body: { columns: ['response_body', 'response'] },
  error_message: { columns: ['error_message', 'error', 'last_error'] },
  next_retry_at: { columns: ['next_retry_at', 'next_attempt_at'] },
  last_attempt_at: { columns: ['last_attempt_at', 'last_attempted_at'] },
  delivered_at: { columns: ['delivered_at'] },
  failed_at: { columns: ['failed_at'] },
  created_at: { columns: ['created_at'], required: true },
  updated_at: { columns: ['updated_at'] },
};

export const FIELDS: Record<OldKind, Record<string, Field>> = { webhook: WEBHOOK, delivery: DELIVERY };

export interface OldTable {
  kind: OldKind;
  platform: OldPlatform;
  name: string;
}

/** Webhooks before the deliveries to them. */
export const TABLES: readonly OldTable[] = [
  { kind: 'webhook', platform: 'urpa', name: 'urpa_webhooks' },
  { kind: 'webhook', platform: '4calls', name: 'coord_webhooks' },
  { kind: 'delivery', platform: 'urpa', name: 'urpa_webhook_events' },
  { kind: 'delivery', platform: '4calls', name: 'coord_webhook_events' },
];

export interface FoundColumns {
  /** The column of each field that has one. */
  columns: Map<string, string>;
  missing: string[];
  /** Required fields without a column. */
  lacking: string[];
}

/** Which of a table's columns hold the fields. `chosen` names the column of a field where the operator knows better. */
export function findColumns(
  kind: OldKind,
  existing: readonly string[],
  chosen: ReadonlyMap<string, string>,
): FoundColumns {
  const columns = new Map<string, string>();
  const missing: string[] = [];
  const lacking: string[] = [];
  for (const [field, { columns: names, required }] of Object.entries(FIELDS[kind])) {
    const given = chosen.get(field);
    const column = (given === undefined ? names : [given]).find((name) => existing.includes(name));
    if (column !== undefined) columns.set(field, column);
    else if (required || given !== undefined) lacking.push(given === undefined ? field : `${field} (${given})`);
    else missing.push(field);
  }
  return { columns, missing, lacking };
}
