import { describe, expect, it } from 'vitest';
import { dropDuplicateKeys, splitArray, splitObject } from './split.ts';

describe('splitObject', () => {
  it('gives the text of each member under its decoded key', () => {
    const text = '{"event":"a,b:\\"{","data":{"id":[1,{"x":"]}"}]},"\\u00e9\\/":-1.0e-7,"n":null,"":[]}';
    expect([...(splitObject(text) ?? [])]).toEqual([
      ['event', '"a,b:\\"{"'],
      ['data', '{"id":[1,{"x":"]}"}]}'],
      ['é/', '-1.0e-7'],
      ['n', 'null'],
      ['', '[]'],
    ]);
  });

  it('is not misled by escaped backslashes before a quote', () => {
    expect(splitObject('{"a\\\\":"\\\\\\"","b":"\\\\"}')).toEqual(
      new Map([
        ['a\\', '"\\\\\\""'],
        ['b', '"\\\\"'],
      ]),
    );
  });

  it('knows the empty object, and what is no object', () => {
    expect(splitObject('{}')).toEqual(new Map());
    for (const text of ['[]', '"{}"', '1', 'null']) expect(splitObject(text)).toBeNull();
  });

  it('keeps a key named __proto__', () => {
    expect(splitObject('{"__proto__":1}')?.get('__proto__')).toBe('1');
  });
});

describe('splitArray', () => {
  it('gives the text of each element', () => {
    expect(splitArray('[1,"a,]",{"b":[2,3]},[],{},null]')).toEqual(['1', '"a,]"', '{"b":[2,3]}', '[]', '{}', 'null']);
    expect(splitArray('[]')).toEqual([]);
    expect(splitArray('{}')).toBeNull();
  });
});

describe('dropDuplicateKeys', () => {
  it('keeps the last value at the first place, on every level', () => {
    expect(
      dropDuplicateKeys('[{"a":{"x":1,"x":[{"y":1,"y":2}]},"b":{},"a":"z","c":[]},{"d":[{"e":1,"e":2}]},[]]'),
    ).toBe('[{"a":"z","b":{},"c":[]},{"d":[{"e":2}]},[]]');
  });
});
