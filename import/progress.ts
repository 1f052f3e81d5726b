import { format } from './report.ts';

const ON_TERMINAL_MS = 1_000;
const IN_LOG_MS = 15_000;

/** Shows how far a run is: on a terminal one line that changes, otherwise a line every 15 seconds. */
export class Progress {
  private readonly out: NodeJS.WritableStream & { isTTY?: boolean };
  /** Null: unknown. */
  private readonly total: number | null;
  private readonly begun = performance.now();
  private shownAt = performance.now();
  private done = 0;

  constructor(out: NodeJS.WritableStream, total: number | null) {
    this.out = out;
    this.total = total;
  }

  add(rows: number): void {
    this.done += rows;
    const now = performance.now();
    if (now - this.shownAt < (this.out.isTTY ? ON_TERMINAL_MS : IN_LOG_MS)) return;
    this.shownAt = now;
    const line = this.describe();
    this.out.write(this.out.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  /** Removes the line from a terminal. Returns rows, time and rate. */
  end(): string {
    if (this.out.isTTY) this.out.write('\r\x1b[K');
    const seconds = (performance.now() - this.begun) / 1000;
    return `${format(this.done)} rows in ${formatTime(seconds)}, ${format(this.rate())} a second`;
  }

  private rate(): number {
    return Math.round(this.done / Math.max(0.001, (performance.now() - this.begun) / 1000));
  }

  private describe(): string {
    const rate = this.rate();
    if (this.total === null) return `  ${format(this.done)} rows, ${format(rate)} a second`;
    const percent = this.total === 0 ? 100 : Math.min(100, Math.floor((100 * this.done) / this.total));
    const left = rate === 0 ? '' : `, ${formatTime(Math.max(0, this.total - this.done) / rate)} left`;
    return `  ${format(this.done)} of ${format(this.total)} rows (${percent} %), ${format(rate)} a second${left}`;
  }
}

function formatTime(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
