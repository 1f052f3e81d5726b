/** 1 for the ASCII characters that PHP's json_encode writes into a string as they are. */
export const PLAIN = Uint8Array.from({ length: 128 }, (_, code) =>
  code < 0x20 || code === 0x22 || code === 0x2f || code === 0x5c ? 0 : 1,
);

const SHORT: Record<number, string> = {
  0x08: '\\b',
  0x09: '\\t',
  0x0a: '\\n',
  0x0c: '\\f',
  0x0d: '\\r',
  0x22: '\\"',
  0x2f: '\\/',
  0x5c: '\\\\',
};

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** One UTF-16 unit inside a string, as PHP's json_encode writes it without flags. */
export function encodePhpUnit(unit: number): string {
  if (unit < 128) {
    if (PLAIN[unit] === 1) return String.fromCharCode(unit);
    const short = SHORT[unit];
    if (short !== undefined) return short;
  }
  return `\\u${HEX[unit >> 8]}${HEX[unit & 0xff]}`;
}

export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

export function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
