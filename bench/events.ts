const FILLER =
  'Quarterly review with the customer: open tickets, the renewal in spring, the new prices, and who takes over the account after the move to Lyon. ';

/** A range of event numbers. */
export interface Numbers {
  first: number;
  count: number;
}

let taken = 0;

/** Reserves `count` numbers that no event of this process has used. */
export function takeNumbers(count: number): Numbers {
  const first = taken;
  taken += count;
  return { first, count };
}

/** Creates events of about 500 bytes as receivers get them. `readNumber` extracts their numbers. */
export function makeEvents({ first, count }: Numbers, type: string): string[] {
  return Array.from({ length: count }, (_, index) => makeEvent(first + index, type));
}

function makeEvent(number: number, type: string): string {
  const id = `0192f0c1-7c1e-7000-8000-${String(number).padStart(12, '0')}`;
  const data = { n: number, id, title: 'Review', status: 'pending', assigned_to: 'user-17', notes: FILLER.repeat(2) };
  return JSON.stringify({ event: type, timestamp: '2026-01-22T10:30:00Z', data });
}

/** Request bodies with `size` events each. */
export function toBatches(events: string[], size: number): string[] {
  const count = Math.ceil(events.length / size);
  const slice = (index: number) => events.slice(index * size, (index + 1) * size);
  return Array.from({ length: count }, (_, index) => `{"events":[${slice(index).join(',')}]}`);
}

/** -1 if there is none. */
export function readNumber(body: string): number {
  return Number(/"n":(\d+)/.exec(body)?.[1] ?? -1);
}
