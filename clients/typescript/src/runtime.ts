/** Node 18 has no global `crypto`; `node.ts` sets it there. */
export const runtime: { crypto: typeof globalThis.crypto } = { crypto: globalThis.crypto };

/** A random idempotency key. */
export function newKey(): string {
  // `randomUUID` is not in pages without TLS.
  const bytes = runtime.crypto.getRandomValues(new Uint8Array(16));
  return toHex(bytes);
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
