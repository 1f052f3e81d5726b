/** One scrape of a process. */
export interface Scrape {
  text: string;
  contentType: string;
  /** Every series with its labels as they are written, and its value. */
  series: Map<string, number>;
}

/** Scrapes `/metrics` of a process. @throws Error unless it answers 200 */
export async function scrape(url: string, accept?: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`, { headers: accept ? { accept } : {} });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  const text = await response.text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const series = new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  return { text, contentType: response.headers.get('content-type') ?? '', series };
}

/** The names of the metrics in a PromQL expression. */
export function findMetrics(expression: string): string[] {
  return expression.match(/\b(posthorn|temporal|nodejs|process)_\w+/g) ?? [];
}
