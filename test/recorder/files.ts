import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { historyFromJSON, historyToJSON, type History } from '@temporalio/common/lib/proto-utils.js';
import type { System } from '../system.ts';

const FOLDER = new URL('../histories/', import.meta.url);

export interface SavedHistory {
  /** For example `deliver-group`. */
  name: string;
  history: History;
}

export function readHistories(): SavedHistory[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return files.toSorted().map((file) => ({
    name: file.slice(0, -'.json'.length),
    history: historyFromJSON(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))),
  }));
}

/**
 * Saves the history of a workflow's last run, or of `runId`, without names of machines and folders.
 * Keeps an existing file, because workflows
 * of that version may still be running.
 */
export async function saveHistory(system: System, name: string, workflowId: string, runId?: string): Promise<void> {
  const file = new URL(`${name}.json`, FOLDER);
  if (existsSync(file)) return console.log(`${name}: kept`);
  const client = await system.temporal();
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const text = JSON.stringify(JSON.parse(historyToJSON(history)), anonymize, 1);
  writeFileSync(file, `${text}\n`);
  console.log(`${name}: ${history.events!.length} events`);
}

function anonymize(key: string, value: unknown): unknown {
  if (key === 'stackTrace') return '';
  return typeof value === 'string' && /^\d+@/.test(value) ? 'recorder' : value;
}
