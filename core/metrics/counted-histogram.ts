import type { Metric, Registry } from 'prom-client';

export interface CountedHistogram {
  name: string;
  help: string;
  /** Upper bounds, rising. `+Inf` is added. */
  buckets: number[];
  /** One label with all its values. Without it there is one series without labels. */
  label?: { name: string; values: string[] };
}

/** Counts a value in one series: the index of its label's value. */
export type CountValue = (value: number, series?: number) => void;

interface Series {
  labels: Record<string, string>;
  /** Not cumulative; the last is `+Inf`. */
  counts: number[];
  sum: number;
}

/**
 * A histogram for what happens with every delivery. That of prom-client hashes the labels and copies an object for each value, about
 * 1 µs and its garbage; here a value costs a few comparisons.
 */
export function countInHistogram(registry: Registry, histogram: CountedHistogram): CountValue {
  const { name, help, buckets, label } = histogram;
  const all: Series[] = (label?.values ?? ['']).map((value) => ({
    labels: label ? { [label.name]: value } : {},
    counts: [...buckets, Infinity].map(() => 0),
    sum: 0,
  }));
  const values = () => all.flatMap((series) => linesOf(name, buckets, series));
  const metric = {
    name,
    help,
    type: 'histogram',
    get: () => Promise.resolve({ name, help, type: 'histogram', values: values() }),
  };
  registry.registerMetric(metric as unknown as Metric);
  return (value, index = 0) => {
    const series = all[index];
    if (!series) throw new Error(`${name} has no series ${index}`);
    let bucket = 0;
    while (bucket < buckets.length && value > buckets[bucket]!) bucket++;
    series.counts[bucket]!++;
    series.sum += value;
  };
}

function linesOf(name: string, buckets: number[], { labels, counts, sum }: Series) {
  let total = 0;
  const lines = counts.map((count, index) => {
    total += count;
    return { metricName: `${name}_bucket`, labels: { le: buckets[index] ?? '+Inf', ...labels }, value: total };
  });
  return [
    ...lines,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
