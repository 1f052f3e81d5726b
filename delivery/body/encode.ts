import { JsonSyntaxError } from './json-syntax-error.ts';
import { encodePhpFloat } from './php-float.ts';
import { encodePhpUnit, isHighSurrogate, isLowSurrogate, PLAIN } from './php-string.ts';
import { dropDuplicateKeys } from './split.ts';

export { JsonSyntaxError } from './json-syntax-error.ts';

/** PHP's json_decode refuses the 512th open bracket at its default depth of 512. */
const MOST_OPEN_BRACKETS = 511;
const FEW_KEYS = 8;

const QUOTE = 0x22;
const MINUS = 0x2d;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/**
 * One JSON text (RFC 8259), written as PHP 8 writes `json_encode(json_decode($text, true))`: ASCII only, no white space, the last of
 * equal keys at the first one's place. A PHP receiver that decodes and encodes the result gets the same bytes again. Kept as sent, although PHP would change or refuse them: `{}`, objects whose keys are
 * 0, 1, 2… (arrays to PHP), integers beyond 64 bits, numbers too large for a double.
 *
 * Throws JsonSyntaxError for anything else than JSON, for lone surrogates, and for 512 and more nested brackets.
 */
export function encodePhpJson(text: string): string {
  return new Encoder(text).encode();
}

/** Walks the text once and copies what is already as PHP has it in runs, up to the next difference. */
class Encoder {
  private readonly text: string;
  private at = 0;
  private encoded = '';
  private copiedTo = 0;
  private openBrackets = 0;
  private duplicateSeen = false;

  constructor(text: string) {
    this.text = text;
  }

  encode(): string {
    this.readValue();
    if (!Number.isNaN(this.skipSpace())) throw this.unexpected('the end');
    const encoded = this.copiedTo === 0 ? this.text : this.encoded + this.text.slice(this.copiedTo);
    return this.duplicateSeen ? dropDuplicateKeys(encoded) : encoded;
  }

  /** The text from `from` to `to` becomes `replacement`. */
  private replace(from: number, to: number, replacement: string): void {
    this.encoded += this.text.slice(this.copiedTo, from) + replacement;
    this.copiedTo = to;
  }

  private unexpected(expected: string): JsonSyntaxError {
    const point = this.text.codePointAt(this.at);
    const found = point === undefined ? 'the text ends' : `found ${JSON.stringify(String.fromCodePoint(point))}`;
    return new JsonSyntaxError(`expected ${expected}, but ${found}`, this.at);
  }

  /** The code of the next character that is not white space, NaN at the end. */
  private skipSpace(): number {
    const start = this.at;
    let code = this.text.charCodeAt(start);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.text.charCodeAt(++this.at);
    if (this.at !== start) this.replace(start, this.at, '');
    return code;
  }

  private readValue(): void {
    switch (this.skipSpace()) {
      case QUOTE:
        this.readString();
        return;
      case 0x7b:
        this.readObject();
        return;
      case 0x5b:
        this.readArray();
        return;
      case 0x74:
        this.readWord('true');
        return;
      case 0x66:
        this.readWord('false');
        return;
      case 0x6e:
        this.readWord('null');
        return;
      default:
        this.readNumber();
    }
  }

  private readWord(word: string): void {
    if (!this.text.startsWith(word, this.at)) throw this.unexpected('a JSON value');
    this.at += word.length;
  }

  private open(): void {
    this.openBrackets += 1;
    if (this.openBrackets > MOST_OPEN_BRACKETS) {
      throw new JsonSyntaxError(`more than ${MOST_OPEN_BRACKETS} nested arrays and objects`, this.at);
    }
    this.at += 1;
  }

  private close(): void {
    this.openBrackets -= 1;
    this.at += 1;
  }

  private readArray(): void {
    this.open();
    if (this.skipSpace() === 0x5d) return this.close();
    for (;;) {
      this.readValue();
      const code = this.skipSpace();
      if (code === 0x5d) return this.close();
      if (code !== 0x2c) throw this.unexpected('"," or "]"');
      this.at += 1;
    }
  }

  private readObject(): void {
    this.open();
    if (this.skipSpace() === 0x7d) return this.close();
    const keys: string[] = [];
    let keySet: Set<string> | null = null;
    for (;;) {
      if (this.skipSpace() !== QUOTE) throw this.unexpected('a key in double quotes');
      const start = this.at;
      const plain = this.readString();
      const key = plain ? this.text.slice(start + 1, this.at - 1) : decodeString(this.text.slice(start, this.at));
      if (keySet !== null) {
        if (keySet.has(key)) this.duplicateSeen = true;
        keySet.add(key);
      } else {
        if (hasKey(keys, key)) this.duplicateSeen = true;
        keys.push(key);
        if (keys.length > FEW_KEYS) keySet = new Set(keys);
      }
      if (this.skipSpace() !== 0x3a) throw this.unexpected('":"');
      this.at += 1;
      this.readValue();
      const code = this.skipSpace();
      if (code === 0x7d) return this.close();
      if (code !== 0x2c) throw this.unexpected('"," or "}"');
      this.at += 1;
    }
  }

  /** True when no character of the string is escaped or replaced. */
  private readString(): boolean {
    const { text } = this;
    const start = this.at;
    this.at += 1;
    let plain = true;
    for (;;) {
      let at = this.at;
      let code = text.charCodeAt(at);
      while (code < 128 && PLAIN[code] === 1) code = text.charCodeAt(++at);
      this.at = at;
      if (code === QUOTE) {
        this.at += 1;
        return plain;
      }
      plain = false;
      if (code === BACKSLASH) this.readEscape();
      else if (code === SLASH) this.replace(at, ++this.at, '\\/');
      else if (code >= 0x80) this.readNonAscii();
      else if (code < 0x20) throw this.unexpected('control characters in strings to be escaped');
      else throw new JsonSyntaxError('the text ends inside the string that begins', start);
    }
  }

  private readNonAscii(): void {
    const start = this.at;
    let replacement = '';
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (!(unit >= 0x80)) break;
      replacement += encodePhpUnit(unit);
      if (isHighSurrogate(unit)) {
        const low = this.text.charCodeAt(this.at + 1);
        if (!isLowSurrogate(low)) throw new JsonSyntaxError('lone surrogate', this.at);
        replacement += encodePhpUnit(low);
        this.at += 1;
      } else if (isLowSurrogate(unit)) throw new JsonSyntaxError('lone surrogate', this.at);
      this.at += 1;
    }
    this.replace(start, this.at, replacement);
  }

  private readEscape(): void {
    const start = this.at;
    if (this.text[start + 1] !== 'u') {
      if (!'"\\/bfnrt'.includes(this.text[start + 1] ?? '?')) throw new JsonSyntaxError('unknown escape', start);
      this.at += 2;
      return;
    }
    const unit = this.readHexUnit();
    let replacement = encodePhpUnit(unit);
    if (isHighSurrogate(unit)) {
      if (!this.text.startsWith('\\u', this.at)) throw new JsonSyntaxError('lone surrogate', start);
      const low = this.readHexUnit();
      if (!isLowSurrogate(low)) throw new JsonSyntaxError('lone surrogate', start);
      replacement += encodePhpUnit(low);
    } else if (isLowSurrogate(unit)) throw new JsonSyntaxError('lone surrogate', start);
    if (replacement.length !== this.at - start || !this.text.startsWith(replacement, start)) {
      this.replace(start, this.at, replacement);
    }
  }

  /** Reads `\uXXXX`. */
  private readHexUnit(): number {
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new JsonSyntaxError('\\u without four hexadecimal digits', this.at);
    this.at += 6;
    return parseInt(digits, 16);
  }

  private readNumber(): void {
    const start = this.at;
    if (this.text.charCodeAt(start) === MINUS) this.at += 1;
    if (this.text.charCodeAt(this.at) === 0x30) this.at += 1;
    else this.readDigits(this.at === start ? 'a JSON value' : 'a digit');
    const code = this.text.charCodeAt(this.at);
    if (code === 0x2e || code === 0x65 || code === 0x45) {
      this.readFraction();
      const token = this.text.slice(start, this.at);
      const replacement = encodePhpFloat(token);
      if (replacement !== token) this.replace(start, this.at, replacement);
    } else if (this.at === start + 2 && this.text.startsWith('-0', start)) this.replace(start, this.at, '0');
  }

  private readFraction(): void {
    if (this.text.charCodeAt(this.at) === 0x2e) {
      this.at += 1;
      this.readDigits('a digit');
    }
    const code = this.text.charCodeAt(this.at);
    if (code !== 0x65 && code !== 0x45) return;
    this.at += 1;
    const sign = this.text.charCodeAt(this.at);
    if (sign === 0x2b || sign === MINUS) this.at += 1;
    this.readDigits('a digit');
  }

  private readDigits(expected: string): void {
    const start = this.at;
    let at = start;
    let code = this.text.charCodeAt(at);
    while (code >= 0x30 && code <= 0x39) code = this.text.charCodeAt(++at);
    this.at = at;
    if (at === start) throw this.unexpected(expected);
  }
}

function decodeString(json: string): string {
  return JSON.parse(json) as string;
}

/** `includes`, in a third of the time: most keys differ in length already. */
function hasKey(keys: string[], key: string): boolean {
  for (const earlier of keys) if (earlier.length === key.length && earlier === key) return true;
  return false;
}
