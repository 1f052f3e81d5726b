import { STATUS_CODES } from 'node:http';
import type { Forwarded } from '../live/forwarder.ts';
import type { Style } from './style.ts';
import { clockTime } from './times.ts';

const EXCERPT = 500;

/** What was sent on, and the answer: its body too if it was a failure, everything with `verbose`. */
export function writeForwarded(forwarded: Forwarded, style: Style, verbose: boolean): string {
  const { delivery_id, event, trigger, target, status_code: code, error, duration_ms, response_body: body } = forwarded;
  const isSuccess = code !== null && code >= 200 && code < 300;
  const answer = code === null ? `✗ ${error}` : `${code} ${STATUS_CODES[code] ?? ''}`.trim();
  const line = [
    style.dim(clockTime(new Date().toISOString())),
    event,
    style.dim(`${delivery_id}${trigger === 'retried' ? ' (retried)' : ''} →`),
    target,
    isSuccess ? style.green(answer) : style.red(answer),
    style.dim(`${duration_ms} ms`),
  ].join(' ');
  if (!verbose) return isSuccess || !body ? line : `${line}\n${indent(body.slice(0, EXCERPT))}`;
  return [
    line,
    indent(writeHeaders(forwarded.request_headers, style)),
    indent(forwarded.request_body),
    ...(code === null
      ? []
      : ['', indent(writeHeaders(forwarded.response_headers ?? {}, style)), ...(body ? [indent(body)] : [])]),
  ].join('\n');
}

function writeHeaders(headers: Record<string, string | string[] | undefined>, style: Style): string {
  return Object.entries(headers)
    .map(([name, value]) => `${style.dim(`${name}:`)} ${[value].flat().join(', ')}`)
    .join('\n');
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
