import { expect, test } from 'vitest';
import {
  formatCompact,
  formatCount,
  formatCounted,
  formatCountedPlural,
  formatPlural,
  formatShare,
} from './number-format.ts';

test('counts have thousands separators, and a compact form', () => {
  expect(formatCount(1234567)).toBe('1,234,567');
  expect([9999, 12_345, 4_000_000].map(formatCompact)).toEqual(['9,999', '12.3K', '4M']);
});

test('an inexact count says that there may be more', () => {
  expect(formatCounted({ count: 1234, exact: true })).toBe('1,234');
  expect(formatCounted({ count: 10_000, exact: false })).toBe('more than 10,000');
  expect(formatCounted({ count: 12, exact: false })).toBe('12 or more');
  expect(formatCountedPlural({ count: 1, exact: true }, 'delivery', 'deliveries')).toBe('1 delivery');
  expect(formatCountedPlural({ count: 1, exact: false }, 'delivery', 'deliveries')).toBe('1 or more deliveries');
});

test('a share is 0 % or 100 % only if it is exact', () => {
  expect([0, 0.00001, 0.5, 0.98765, 0.99999, 1].map(formatShare)).toEqual([
    '0 %',
    '0.1 %',
    '50.0 %',
    '98.7 %',
    '99.9 %',
    '100 %',
  ]);
});

test('1 takes the singular', () => {
  expect(formatPlural(1, 'delivery', 'deliveries')).toBe('1 delivery');
  expect(formatPlural(2000, 'webhook')).toBe('2,000 webhooks');
});
