/** The answer to one scrape. */
export interface Scrape {
  body: string;
  contentType: string;
}

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/**
 * Writes metrics in the format that the scraper prefers: OpenMetrics, or Prometheus' text format, which is also that of `texts`. No two of
 * them may have a metric in common. A registry of prom-client writes OpenMetrics as well, but loses the names of its counters for the
 * other format.
 */
export function writeScrape(texts: string[], accept = ''): Scrape {
  if (qualityOf(accept, 'application/openmetrics-text') > qualityOf(accept, 'text/plain')) {
    return { body: `${texts.map(toOpenMetrics).join('')}# EOF\n`, contentType: OPENMETRICS };
  }
  return { body: texts.map((text) => `${text.trimEnd()}\n`).join('\n'), contentType: PROMETHEUS };
}

/** The highest quality that an `Accept` header names for a media type; 0: none. */
function qualityOf(accept: string, type: string): number {
  const entries = accept.split(',').map((entry) => entry.split(';').map((part) => part.trim().toLowerCase()));
  const qualities = entries
    .filter(([name]) => name === type)
    .map((parts) => Number(parts.find((part) => part.startsWith('q='))?.slice(2) ?? 1));
  return Math.max(0, ...qualities.filter((quality) => quality <= 1));
}

/** In OpenMetrics a counter is declared without its suffix `_total`, and there are no empty lines. */
function toOpenMetrics(text: string): string {
  const counters = new Set([...text.matchAll(/^# TYPE (\S+)_total counter$/gm)].map(([, name]) => name));
  return text
    .replaceAll(/^# (HELP|TYPE) (\S+)_total /gm, (line, keyword: string, name: string) =>
      counters.has(name) ? `# ${keyword} ${name} ` : line,
    )
    .replaceAll(/^\n/gm, '')
    .replace(/\n?$/, '\n');
}
