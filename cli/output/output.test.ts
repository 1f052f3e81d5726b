import { describe, expect, test } from 'vitest';
import { escapeControls, printable } from './output.ts';
import { readTime, timeUntil } from './times.ts';

describe('what is printed', () => {
  test('text of others cannot steer the terminal', () => {
    expect(printable('a\u001b]0;title\u0007b\u009b2Jc\rd')).toBe('a\ufffd]0;title\ufffdb\ufffd2Jc\ufffdd');
    expect(printable('\u001b[31mred\u001b[39m\n\ttabbed ü')).toBe('\u001b[31mred\u001b[39m\n\ttabbed ü');
  });
});

test('JSON keeps what it says, without raw control characters', () => {
  const value = { text: 'a\u009b2Jb\u007f\u001b\u00fc' };
  const written = escapeControls(JSON.stringify(value));
  expect(written).toBe('{"text":"a\\u009b2Jb\\u007f\\u001b\u00fc"}');
  expect(JSON.parse(written)).toEqual(value);
});

describe('times', () => {
  test('are read as ISO 8601, or as so long ago', () => {
    expect(readTime('2026-01-22T10:30:00+01:00', '--since')).toBe('2026-01-22T09:30:00.000Z');
    const hour = Date.now() - Date.parse(readTime('1h', '--since'));
    expect(hour / 3_600_000).toBeCloseTo(1, 2);
    for (const wrong of ['yesterday', '2', '-1h', '2026-13-01']) {
      expect(() => readTime(wrong, '--since'), wrong).toThrow(`--since is "${wrong}"`);
    }
  });

  test('to come are written in words', () => {
    const after = (seconds: number) => timeUntil(new Date(Date.now() + seconds * 1000 + 200).toISOString());
    expect([-5, 0, 40, 80, 7300].map(after)).toEqual(['now', 'now', 'in 40 s', 'in 1 min 20 s', 'in 2 h 1 min']);
  });
});
