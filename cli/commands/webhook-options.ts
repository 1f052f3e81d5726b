import type { Command } from 'commander';
import { usageError } from '../command-error.ts';

export interface WebhookOptions {
  description?: string;
  secret?: string;
  filter?: string;
  header?: string[];
  set?: string[];
}

/** Options of registering and changing a webhook. */
export function addWebhookOptions(command: Command): Command {
  const collect = (value: string, before: string[] = []) => [...before, value];
  return command
    .option('--description <text>', 'what it is for')
    .option('--secret <secret>', 'the secret that signs its deliveries; default: a new one')
    .option('--filter <json>', "a condition on the event's data, or null")
    .option('-H, --header <name: value>', 'a header that goes out with each request; may be repeated', collect)
    .option(
      '--set <name=json>',
      'any other member of the webhook (docs/webhook-options.md), such as timeout=30; may be repeated',
      collect,
    );
}

/** The members of the request. @throws CommandError usage */
export function readWebhookFields({
  description,
  secret,
  filter,
  header,
  set = [],
}: WebhookOptions): Record<string, unknown> {
  return {
    ...Object.fromEntries(set.map(readAssignment)),
    ...(description !== undefined && { description }),
    ...(secret !== undefined && { secret }),
    ...(filter !== undefined && { filter: readJson(filter, '--filter') }),
    ...(header && { headers: Object.fromEntries(header.map(readHeader)) }),
  };
}

function readAssignment(text: string): [string, unknown] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw usageError(`--set is "${text}"; it must be like timeout=30 or 'limits={"rate": 10}'`);
  return [name, readJson(value!, `--set ${name}`)];
}

function readJson(text: string, option: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`the value of ${option} is not JSON: ${text}`);
  }
}

/** `Name: value`. @throws CommandError usage */
export function readHeader(text: string): [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw usageError(`--header is "${text}"; it must be like "X-Team: billing"`);
  return [name, value!];
}
