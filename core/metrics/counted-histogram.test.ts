import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { countInHistogram } from './counted-histogram.ts';

const BUCKETS = [0.005, 0.25, 1, 60];
const VALUES = [0, 0.005, 0.0051, 0.25, 0.9, 1, 1.5, 60, 61, 3600];

test('it writes what a histogram of prom-client writes', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const config = { name: 'took_seconds', help: 'How long', buckets: BUCKETS };
  const count = countInHistogram(ours, config);
  const histogram = new Histogram({ ...config, registers: [theirs] });
  expect(await ours.metrics()).toBe(await theirs.metrics());
  for (const value of VALUES) {
    count(value);
    histogram.observe(value);
  }
  expect(await ours.metrics()).toBe(await theirs.metrics());
});

test('it writes all values of its label from the beginning', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const config = { name: 'took_seconds', help: 'How long', buckets: BUCKETS };
  const count = countInHistogram(ours, { ...config, label: { name: 'attempts', values: ['one', 'more'] } });
  const histogram = new Histogram({ ...config, labelNames: ['attempts'], registers: [theirs] });
  for (const attempts of ['one', 'more']) histogram.zero({ attempts });
  expect(await ours.metrics()).toBe(await theirs.metrics());
  for (const [index, value] of VALUES.entries()) {
    count(value, index % 2);
    histogram.observe({ attempts: index % 2 ? 'more' : 'one' }, value);
  }
  expect(await ours.metrics()).toBe(await theirs.metrics());
});
