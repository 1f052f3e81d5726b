import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { looksLikeCredential, REDACTED } from '../../core/domain/credentials.ts';

const LONGEST_LOCATION = 300;
const UTF8 = new TextDecoder();

/** Response headers to keep: several of one name joined, those that may carry secrets without their value. */
export function redactHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (looksLikeCredential(name)) return [name, REDACTED];
      const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
      return [name, name === 'location' ? describeLocation(text) : text];
    }),
  );
}

/** A redirect's target without the credentials that it may carry in front of the host or in its query. */
export function describeLocation(location: string): string {
  const bare = location.replace(/^([^/?#]*\/\/)[^/?#]*@/, '$1').replace(/[?#].*$/s, `?${REDACTED}`);
  return bare.length > LONGEST_LOCATION ? `${bare.slice(0, LONGEST_LOCATION)}…` : bare;
}

/**
 * A response's body for the history: UTF-8, without U+0000, which PostgreSQL's text cannot hold. A character cut in two at the end of
 * `truncated` bytes is left out. What is compressed although nobody asked for it is named, not shown.
 */
export function decodeBody(bytes: Buffer, truncated: boolean, contentEncoding: string | undefined): string {
  if (contentEncoding !== undefined && contentEncoding !== '' && contentEncoding !== 'identity') {
    return `[not shown: ${contentEncoding}]`;
  }
  if (bytes.length === 0) return '';
  const text = truncated ? new TextDecoder().decode(bytes, { stream: true }) : UTF8.decode(bytes);
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}
