/** What a receiver may get, a line for each member. */
export function writeExample(event: string, data: unknown): string {
  return JSON.stringify({ event, timestamp: '2026-01-22T10:30:00Z', data }, null, 2);
}
