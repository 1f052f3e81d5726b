import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

interface Envelope {
  iv: string;
  value: string;
  mac: string;
  tag?: string;
}

/** Whether a text was encrypted by Laravel (`encrypted` casts, `Crypt::encryptString`). */
export function isLaravelEncrypted(text: string): boolean {
  return readEnvelope(text) !== null;
}

/** Decrypts with Laravel's APP_KEY. @throws Error if the key is wrong or not a key */
export function decryptLaravel(text: string, appKey: string): string {
  const { iv, value, mac, tag } = readEnvelope(text)!;
  const key = appKey.startsWith('base64:') ? Buffer.from(appKey.slice(7), 'base64') : Buffer.from(appKey);
  if (key.length !== 32 && key.length !== 16)
    throw new Error('APP_KEY must be the key of the old system, such as base64:…');
  const bits = key.length * 8;
  if (tag) {
    const decipher = createDecipheriv(`aes-${bits as 256}-gcm`, key, Buffer.from(iv, 'base64'));
    decipher.setAuthTag(Buffer.from(tag, 'base64'));
    return decipher.update(value, 'base64', 'utf8') + decipher.final('utf8');
  }
  const expected = createHmac('sha256', key)
    .update(iv + value)
    .digest();
  const given = Buffer.from(mac, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('APP_KEY is another key');
  const decipher = createDecipheriv(`aes-${bits}-cbc`, key, Buffer.from(iv, 'base64'));
  return decipher.update(value, 'base64', 'utf8') + decipher.final('utf8');
}

function readEnvelope(text: string): Envelope | null {
  if (!text.startsWith('eyJ')) return null;
  try {
    const envelope = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Partial<Envelope>;
    const { iv, value, mac } = envelope;
    return typeof iv === 'string' && typeof value === 'string' && typeof mac === 'string'
      ? (envelope as Envelope)
      : null;
  } catch {
    return null;
  }
}
