/** Stands for a value that is not shown. */
export const REDACTED = '[redacted]';

const CREDENTIAL =
  /auth|bearer|cookie|credential|jwt|key|pass(?:code|phrase|word|wd)|pwd|secret|session|signature|token/i;

/** Whether a header's value is likely to be a secret, by the header's name. */
export function looksLikeCredential(name: string): boolean {
  return CREDENTIAL.test(name);
}
