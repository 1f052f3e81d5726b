declare module 'node:crypto' {
  export const webcrypto: typeof globalThis.crypto;
}
