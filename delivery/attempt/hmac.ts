import { hash } from 'node:crypto';

const BLOCK = 64;
const DIGEST = 32;
/** Longer texts get their own buffer. */
const scratch = Buffer.allocUnsafe(64 * 1024);

/**
 * HMAC-SHA256 (RFC 2104) of many texts with one key. Node's createHmac creates a native object for each text, which takes more
 * than twice as long, and every attempt has two signatures.
 */
export class HmacKey {
  /** The key's two paddings; the digest of the first part follows the second one. */
  private readonly inner = Buffer.alloc(BLOCK, 0x36);
  private readonly outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);

  constructor(key: Buffer) {
    const fitting = key.length > BLOCK ? hash('sha256', key, 'buffer') : key;
    for (const [index, byte] of fitting.entries()) {
      this.inner[index]! ^= byte;
      this.outer[index]! ^= byte;
    }
  }

  /** Of the text's UTF-8 bytes. */
  sign(text: string, encoding: 'hex' | 'base64'): string {
    const size = BLOCK + Buffer.byteLength(text);
    const message = size > scratch.length ? Buffer.allocUnsafe(size) : scratch;
    message.set(this.inner);
    message.write(text, BLOCK);
    this.outer.write(hash('sha256', message.subarray(0, size), 'binary'), BLOCK, 'binary');
    return hash('sha256', this.outer, encoding);
  }
}
