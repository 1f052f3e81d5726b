/** Shows progress: on a terminal, a line with elapsed seconds; otherwise, a line every 15 seconds. */
export function showProgress(what: string, say: (line: string) => void): { end(): void } {
  const start = Date.now();
  const elapsed = () => `${Math.round((Date.now() - start) / 1000)} s`;
  const live = process.stderr.isTTY;
  say(`${what} …`);
  const timer = live
    ? setInterval(() => process.stderr.write(`\r  ${elapsed()} `), 1000)
    : setInterval(() => say(`${what} … ${elapsed()}`), 15_000);
  return {
    end() {
      clearInterval(timer);
      if (live) process.stderr.write('\r\x1b[K');
    },
  };
}
