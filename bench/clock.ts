/** The machine's monotonic clock in milliseconds. Unlike `performance.now()`, it is the same in every process. */
export function readClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
