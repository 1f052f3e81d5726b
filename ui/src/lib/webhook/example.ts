/** Formats an example request body, one line per member. */
export function writeExample(event: string, data: unknown): string {
  return JSON.stringify({ event, timestamp: '2026-01-22T10:30:00Z', data }, null, 2);
}
