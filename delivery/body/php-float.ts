/** At most 15 significant digits, no exponent, no digit to drop: a double prints these as they stand. */
const AS_IT_STANDS = /^-?(?:[1-9]\d*\.\d*[1-9]|0\.0{0,3}[1-9](?:\d*[1-9])?)$/;
const SAFE_LENGTH = 16;

/** PHP switches to an exponent when the decimal point lies more than 17 digits right or 3 zeros left of the first digit. */
const MOST_DIGITS_LEFT = 17;
const MOST_ZEROS_RIGHT = 3;

/**
 * A JSON number that has a fraction or an exponent, as PHP 8 prints it with `serialize_precision = -1` (`smart_str_append_double`
 * over `zend_gcvt`, 17 digits, mode 0). Negative zero is `0`: PHP writes `-0`, but reads that back as 0, and a receiver encodes what
 * it has read. A number that overflows to infinity, which PHP cannot encode, is returned as it came.
 */
export function encodePhpFloat(token: string): string {
  if (token.length <= SAFE_LENGTH && AS_IT_STANDS.test(token)) return token;
  const value = Number(token);
  if (!Number.isFinite(value)) return token;
  if (value === 0) return '0';
  const sign = value < 0 ? '-' : '';
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  return sign + placePoint(digits, Number(exponent) + 1);
}

/** `digits` after "0." times ten to the power of `point`. */
function placePoint(digits: string, point: number): string {
  if (point > MOST_DIGITS_LEFT || point < -MOST_ZEROS_RIGHT) {
    const power = point - 1;
    return `${digits[0]}.${digits.slice(1) || '0'}e${power < 0 ? '-' : '+'}${Math.abs(power)}`;
  }
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
