const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Compares two JSON numbers exactly, in the manner of a sort function. Both must be within the range of a double. */
export function compareNumbers(a: string, b: string): number {
  const [left, right] = [scale(a), scale(b)];
  const exponent = Math.min(left.exponent, right.exponent);
  const difference = shift(left, exponent) - shift(right, exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The number is `digits` times ten to the power of `exponent`. */
interface Scaled {
  digits: bigint;
  exponent: number;
}

function scale(text: string): Scaled {
  const [, sign, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text)!;
  return { digits: BigInt(`${sign}${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}

function shift({ digits, exponent }: Scaled, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}

/** Compares by code point, in the manner of a sort function. JavaScript's own operators compare UTF-16 units. */
export function compareStrings(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    if (a[at] !== b[at]) return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
  }
  return a.length - b.length;
}

/** Places surrogates, of which all code points beyond U+FFFF consist, after all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
