const FILLER =
  'Quarterly review with the customer: open tickets, the renewal in spring, the new prices, and who takes over the account after the move to Lyon. ';

/** An `activity.created` of about 500 bytes as receivers get it. Its number is found again by `readNumber`. */
export function makeEvent(number: number): string {
  const id = `0192f0c1-7c1e-7000-8000-${String(number).padStart(12, '0')}`;
  const data = { n: number, id, title: 'Review', status: 'pending', assigned_to: 'user-17', notes: FILLER.repeat(2) };
  return JSON.stringify({ event: 'activity.created', timestamp: '2026-01-22T10:30:00Z', data });
}

/** -1 when there is none. */
export function readNumber(body: string): number {
  return Number(/"n":(\d+)/.exec(body)?.[1] ?? -1);
}
