import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecretBox } from './secrets.ts';

describe('createSecretBox', () => {
  const box = createSecretBox(randomBytes(32));

  it('opens what it sealed', () => {
    for (const plain of ['', 'whsec_abc', 'Schlüssel 🔑']) expect(box.open(box.seal(plain))).toBe(plain);
  });

  it('seals the same text differently each time, and never readably', () => {
    const sealed = box.seal('a secret of mine');
    expect(sealed.equals(box.seal('a secret of mine'))).toBe(false);
    expect(sealed.toString('latin1')).not.toContain('secret');
  });

  it('says that the key does not fit, without the secret', () => {
    const sealed = createSecretBox(randomBytes(32)).seal('a secret of mine');
    expect(() => box.open(sealed)).toThrow('POSTHORN_MASTER_KEY');
    expect(() => box.open(Buffer.alloc(0))).toThrow('wiped');
  });

  it('notices a changed byte', () => {
    const sealed = box.seal('a secret of mine');
    sealed[sealed.length - 1]! ^= 1;
    expect(() => box.open(sealed)).toThrow();
  });

  it('opens with each of its keys, and seals again what another than the first had sealed', () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const both = createSecretBox(first, second);
    const older = createSecretBox(second);
    const sealed = older.seal('a secret of mine');
    expect(both.open(sealed)).toBe('a secret of mine');
    const resealed = both.reseal(sealed)!;
    expect(createSecretBox(first).open(resealed)).toBe('a secret of mine');
    expect(both.reseal(resealed)).toBeNull();
    expect(createSecretBox(first).openText(both.resealText(older.sealText('x')))).toBe('x');
    expect(() => box.reseal(sealed)).toThrow('another key');
  });

  it('refuses a key of another length', () => {
    expect(() => createSecretBox(Buffer.alloc(16))).toThrow('32 bytes');
  });
});
