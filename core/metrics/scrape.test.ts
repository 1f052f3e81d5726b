import { Counter, Gauge, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { writeScrape } from './scrape.ts';

const registry = new Registry();
new Counter({ name: 'sent_total', help: 'Sent', labelNames: ['to'], registers: [registry] }).inc(
  { to: 'a_total b' },
  2,
);
new Gauge({ name: 'handles_total', help: 'A gauge', registers: [registry] }).set(1);

test('the text format is the default, and what remains of several texts is separate', async () => {
  const { body, contentType } = writeScrape([await registry.metrics(), '# TYPE other_total counter\nother_total 1\n']);
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(body).toContain('# TYPE sent_total counter\nsent_total{to="a_total b"} 2\n');
  expect(body).toMatch(/handles_total 1\n\n# TYPE other_total counter\nother_total 1\n$/);
});

test('OpenMetrics declares counters without their suffix and ends with EOF', async () => {
  const accept = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1';
  const { body, contentType } = writeScrape(
    [await registry.metrics(), '# TYPE other_total counter\nother_total 1\n'],
    accept,
  );
  expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(body).toBe(
    [
      '# HELP sent Sent',
      '# TYPE sent counter',
      'sent_total{to="a_total b"} 2',
      '# HELP handles_total A gauge',
      '# TYPE handles_total gauge',
      'handles_total 1',
      '# TYPE other counter',
      'other_total 1',
      '# EOF',
      '',
    ].join('\n'),
  );
});

test.each([
  ['text/plain', 'text/plain'],
  ['*/*', 'text/plain'],
  ['application/openmetrics-text', 'application/openmetrics-text'],
  ['application/openmetrics-text;q=0', 'text/plain'],
  ['text/plain;q=0.9, application/openmetrics-text;q=0.2', 'text/plain'],
  ['application/openmetrics-text;q=many', 'text/plain'],
])('a scraper that accepts %s gets %s', (accept, type) => {
  expect(writeScrape(['a 1\n'], accept).contentType).toContain(type);
});
