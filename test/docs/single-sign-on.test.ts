import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readConfig } from '../../core/config.ts';
import { findCode, readPage } from './markdown.ts';

test('the settings of the guide are valid', () => {
  const [settings = ''] = findCode(readPage('docs/single-sign-on.md'), 'sh');
  const print = `${settings}\n"${process.execPath}" -p 'JSON.stringify(process.env)'`;
  const printed = execFileSync('bash', ['-euc', print], { encoding: 'utf8', env: {} });
  const needed = { DATABASE_URL: 'postgresql://localhost/posthorn', POSTHORN_MASTER_KEY: 'ab'.repeat(32) };
  const { singleSignOn } = readConfig({ ...needed, ...(JSON.parse(printed) as NodeJS.ProcessEnv) });
  expect(singleSignOn?.publicUrl).toBe('https://posthorn.example.com');
  expect([...singleSignOn!.groups.keys()]).toEqual(['webhook-admins', 'urpa-support', 'acme']);
});
