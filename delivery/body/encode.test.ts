import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodePhpJson, JsonSyntaxError } from './encode.ts';

const vectors = JSON.parse(readFileSync(new URL('../../test/fixtures/php-vectors.json', import.meta.url), 'utf8')) as {
  same: [string, string][];
  refused: string[];
};

function positionOf(text: string): number {
  try {
    encodePhpJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.position;
  }
  return -1;
}

describe('encodePhpJson', () => {
  it('gives the bytes that PHP gave for every recorded text', () => {
    expect(vectors.same.length).toBeGreaterThan(400);
    for (const [text, expected] of vectors.same) expect(encodePhpJson(text), text).toBe(expected);
  });

  it('leaves its own output alone', () => {
    for (const [text] of vectors.same) {
      const once = encodePhpJson(text);
      expect(encodePhpJson(once), text).toBe(once);
    }
  });

  it('refuses every recorded text that PHP refuses', () => {
    for (const text of vectors.refused) expect(() => encodePhpJson(text), text).toThrow(JsonSyntaxError);
  });

  it('refuses lone surrogates that were never escaped', () => {
    for (const text of ['"\ud83d"', '"\ude00"', '"\ud83d\\ude00"', '"\\ud83d\ude00"', '"a\ud83db"', '{"\ud83d":1}']) {
      expect(() => encodePhpJson(text)).toThrow(/lone surrogate/);
    }
  });

  it.each([
    ['{}', '{}'],
    ['{ "a" : { } }', '{"a":{}}'],
    ['{"0":"a","1":"b"}', '{"0":"a","1":"b"}'],
    ['{"0":1,"0":2}', '{"0":2}'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['[-9223372036854775809]', '[-9223372036854775809]'],
    ['[1e400,-1E400]', '[1e400,-1E400]'],
  ])('keeps %s, which does not survive PHP, as it was sent', (text, expected) => {
    expect(encodePhpJson(text)).toBe(expected);
  });

  it('says what is wrong and where', () => {
    expect(() => encodePhpJson('{"a":1,}')).toThrow('expected a key in double quotes, but found "}" at position 7');
    expect(() => encodePhpJson('[1,2')).toThrow('expected "," or "]", but the text ends at position 4');
    expect(() => encodePhpJson('{"a":"b')).toThrow('the text ends inside the string that begins at position 5');
    expect(() => encodePhpJson('[nope]')).toThrow('expected a JSON value, but found "n" at position 1');
    expect(() => encodePhpJson('["a\u0001"]')).toThrow('control characters in strings to be escaped');
    expect(() => encodePhpJson('"\\q"')).toThrow('unknown escape at position 1');
    expect(positionOf('[[1],')).toBe(5);
    expect(positionOf(`${'['.repeat(600)}`)).toBe(511);
  });

  it('does not mistake an object for a set of properties', () => {
    expect(encodePhpJson('{"__proto__":{"a":1},"b":2,"__proto__":[]}')).toBe('{"__proto__":[],"b":2}');
  });

  it.each([
    ['slashes', `"${'/'.repeat(1_000_000)}"`],
    ['escapes', `"${'\\u0041'.repeat(200_000)}"`],
    ['backslashes', `{"a":"${'\\\\'.repeat(500_000)}","a":1}`],
    ['quotes', `{"a":1,"${'\\"'.repeat(500_000)}":1,"a":1}`],
    ['emoji', `"${'😀'.repeat(300_000)}"`],
    ['spaces', `[${' 1 ,'.repeat(300_000)}1]`],
    ['keys', `{${Array.from({ length: 100_000 }, (_, index) => `"k${index % 50_000}é":${index}`).join(',')}}`],
    ['depth', `${'{"a":1,"a":['.repeat(255)}${'1,'.repeat(500_000)}1${']}'.repeat(255)}`],
    ['open brackets', '['.repeat(1_000_000)],
  ])('takes time in proportion to the text: a megabyte of %s', (_, text) => {
    const start = performance.now();
    if (text.startsWith('[[')) expect(() => encodePhpJson(text)).toThrow(JsonSyntaxError);
    else expect(Buffer.byteLength(encodePhpJson(text))).toBeGreaterThan(0);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
