import { expect, test } from 'vitest';
import { newId } from '../../core/new-id.ts';
import { fittingKeywords, fittingSummary } from './temporal-limits.ts';

/** What Temporal takes for one search attribute and for a summary. */
const ATTRIBUTE_LIMIT = 2_048;
const SUMMARY_LIMIT = 400;

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test('two thousand webhooks are cut to those that one search attribute takes', () => {
  const ids = Array.from({ length: 2_000 }, () => newId());
  const kept = fittingKeywords(ids);
  expect(kept).toEqual(ids.slice(0, kept.length));
  expect(kept.length).toBeGreaterThan(40);
  expect(bytesOf(kept)).toBeLessThanOrEqual(ATTRIBUTE_LIMIT);
});

test('a value that is too long alone is left out, and so are empty ones and repetitions', () => {
  expect(fittingKeywords(['', 'a', 'x'.repeat(3_000), 'b', 'a'])).toEqual(['a', 'b']);
  expect(bytesOf(fittingKeywords(Array.from({ length: 500 }, (_, index) => `é"${index}`)))).toBeLessThanOrEqual(
    ATTRIBUTE_LIMIT,
  );
});

test('a summary is cut between characters', () => {
  expect(fittingSummary('activity.created to example.com')).toBe('activity.created to example.com');
  const cut = fittingSummary('ü'.repeat(1_000));
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(SUMMARY_LIMIT);
  expect(cut).toMatch(/^ü+…$/);
});
