import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

const NOW = new Date('2026-01-22T10:30:00Z');
const read = (args: string[], env = {}) => readOptions(args, env, NOW);

test.each([
  [[], 'a source is missing'],
  [['a', 'b'], 'one source at a time'],
  [['a', '--everything'], '--everything'],
  [['a', '--since', 'soon'], '--since must be an age'],
  [['a', '--since', '2026-13-01'], '--since must be an age'],
  [['a', '--status', 'sent=gone'], 'gone is none of open, delivered, failed, cancelled'],
  [['a', '--table', 'webhooks'], '--table needs name=value'],
  [['a', '--platform', 'posthorn'], 'posthorn is none of urpa, 4calls'],
  [['a', '--timezone', 'Berlin'], 'such as Europe/Berlin'],
  [['a', '--compare', '--take-over'], '--compare changes nothing'],
])('refuses %j', (args, message) => {
  expect(() => read(args)).toThrow(message);
});

test('reads ages, times and names', () => {
  const args = [
    'a.ndjson',
    '--since',
    '2d',
    '--stuck-after',
    '2026-01-20',
    '--status',
    'Sent=delivered',
    '--column',
    'urpa_webhooks.url=target',
  ];
  expect(read(args)).toMatchObject({
    source: 'a.ndjson',
    since: new Date('2026-01-20T10:30:00Z'),
    stuckBefore: new Date('2026-01-20T00:00:00Z'),
    until: new Date('2026-01-22T10:29:50Z'),
    platforms: ['urpa', '4calls'],
    statuses: new Map([['sent', 'delivered']]),
    columns: new Map([['urpa_webhooks.url', 'target']]),
    takeOver: false,
    dryRun: false,
  });
  expect(read([], { POSTHORN_IMPORT_SOURCE: 'mysql://a/b' })).toMatchObject({ source: 'mysql://a/b' });
  expect(read(['--help'])).toBeNull();
});
