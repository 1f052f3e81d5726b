import { pino } from 'pino';
import { expect, test } from 'vitest';
import { checkTarget } from './check-url.ts';

test('the resolved address is in the log, not in the response', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const resolve = () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]);
  const reason = await checkTarget('https://inside.example/', { allowlist: [], resolve, log });
  expect(reason).toBe('inside.example leads to an address that is not allowed');
  expect(lines.join()).toContain('10.0.0.1 is a private address');
});
