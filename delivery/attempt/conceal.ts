import { REDACTED } from '../../core/domain/credentials.ts';
import type { AttemptResult } from '../../core/domain/delivery.ts';

/** Shorter texts may be part of anything. */
const SHORTEST = 8;

/** The texts in which a receiver may repeat these header values: as they are, without an `Authorization` scheme, and as JSON. */
export function textsOf(values: readonly string[]): string[] {
  const texts = values.flatMap((value) => [value, value.replace(/^\S+[\t ]+/, '')]);
  const escaped = texts.map((text) => JSON.stringify(text).slice(1, -1));
  return [...new Set([...texts, ...escaped])]
    .filter((text) => text.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
}

/** The result for the history, without secrets that the receiver has repeated in its response. */
export function concealSecrets(result: AttemptResult, secrets: readonly string[]): AttemptResult {
  if (secrets.length === 0) return result;
  const conceal = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
  const { responseHeaders: headers, responseBody: body, errorMessage } = result;
  return {
    ...result,
    responseHeaders:
      headers && Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, conceal(value)])),
    responseBody: body === null ? null : conceal(body),
    errorMessage: errorMessage === null ? null : conceal(errorMessage),
  };
}
