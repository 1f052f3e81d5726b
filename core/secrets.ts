import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { TextBox } from './domain/sealed.ts';

/** AES-256-GCM; a sealed text is nonce (12 bytes), tag (16 bytes), ciphertext. */
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface SecretBox extends TextBox {
  seal(plain: string): Buffer;
  /** Throws when it was sealed with another key or changed since; the error never contains the secret. */
  open(sealed: Buffer): string;
  /** The same, sealed with the first key; null if it is already. Throws as `open` does. */
  reseal(sealed: Buffer): Buffer | null;
}

/** Encrypts webhook secrets and header values for the database. The first master key seals; all of them open. Each must have 32 bytes. */
export function createSecretBox(first: Buffer, ...others: Buffer[]): SecretBox {
  const keys = [first, ...others];
  if (keys.some((key) => key.length !== 32)) throw new Error('the master key must have 32 bytes');
  const openWith = (candidates: Buffer[], sealed: Buffer): string | null => {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error('the stored secret is incomplete or was wiped');
    for (const key of candidates) {
      const plain = decrypt(key, sealed);
      if (plain !== null) return plain;
    }
    return null;
  };
  const box: Pick<SecretBox, 'seal' | 'open' | 'reseal'> = {
    seal: (plain) => encrypt(first, plain),
    open: (sealed) => openWith(keys, sealed) ?? refuse(),
    reseal: (sealed) =>
      openWith([first], sealed) === null ? encrypt(first, openWith(others, sealed) ?? refuse()) : null,
  };
  return {
    ...box,
    sealText: (plain) => ({ sealed: box.seal(plain).toString('base64') }),
    openText: ({ sealed }) => box.open(Buffer.from(sealed, 'base64')),
    resealText({ sealed }) {
      const resealed = box.reseal(Buffer.from(sealed, 'base64'));
      return { sealed: resealed?.toString('base64') ?? sealed };
    },
  };
}

function encrypt(key: Buffer, plain: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/** Null if it was encrypted with another key, or changed since. */
function decrypt(key: Buffer, sealed: Buffer): string | null {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

function refuse(): never {
  throw new Error('the stored secret does not open with POSTHORN_MASTER_KEY: it was sealed with another key');
}
