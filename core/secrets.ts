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
}

/** Encrypts webhook secrets and header values for the database. `masterKey` must have 32 bytes. */
export function createSecretBox(masterKey: Buffer): SecretBox {
  if (masterKey.length !== 32) throw new Error('the master key must have 32 bytes');
  const box: Pick<SecretBox, 'seal' | 'open'> = {
    seal(plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, masterKey, nonce);
      const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(sealed) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error('the stored secret is incomplete or was wiped');
      const decipher = createDecipheriv(ALGORITHM, masterKey, sealed.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        return decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        throw new Error('the stored secret does not open with POSTHORN_MASTER_KEY: it was sealed with another key');
      }
    },
  };
  return {
    ...box,
    sealText: (plain) => ({ sealed: box.seal(plain).toString('base64') }),
    openText: ({ sealed }) => box.open(Buffer.from(sealed, 'base64')),
  };
}
