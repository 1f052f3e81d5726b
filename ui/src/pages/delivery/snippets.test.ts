import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { signatureOf, writeCheck, writeCurl, type Language, type SignedRequest } from './snippets.ts';

const secret = 'put-the-secret-here';
const body = String.raw`{"event":"contact.created","data":{"name":"O'Neill \\ \"Jr\"","path":"a\/b","city":"K\u00f6ln"}}`;
const signature = createHmac('sha256', secret).update(body).digest('hex');
const request: SignedRequest = {
  url: 'http://127.0.0.1:9000/hook',
  body,
  headers: { 'content-type': 'application/json', 'X-URPA-Signature': signature, 'webhook-signature': 'v1,abc' },
  headerPrefix: 'X-URPA-',
};

function runs(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const run = (command: string, args: string[]) => execFileSync(command, args, { encoding: 'utf8' }).trim();

test('the shell code prints the signature', () => {
  const code = writeCheck('shell', request);
  expect(run('bash', ['-c', code])).toBe(signature);
  expect(code).toContain(`# ${signature}`);
});

test('the Node code accepts the signature', () => {
  expect(run(process.execPath, ['--input-type=module', '-e', writeCheck('node', request)])).toBe('true');
});

test.skipIf(!runs('php'))('the PHP code accepts the signature', () => {
  expect(run('php', ['-r', writeCheck('php', request).replace('<?php\n', '')])).toBe('bool(true)');
});

test('the curl command sends the same headers with a new signature', () => {
  const code = writeCurl(request);
  expect(code).toContain("-H 'content-type: application/json'");
  expect(code).toContain('-H "X-URPA-Signature: $SIGNATURE"');
  expect(code).not.toContain('v1,abc');
});

test('a hidden signature does not appear in the code', () => {
  const hidden = { ...request, headers: { 'X-URPA-Signature': '…' } };
  expect(signatureOf(hidden)).toEqual({ header: 'X-URPA-Signature', value: null });
  for (const language of ['shell', 'node', 'php'] satisfies Language[]) {
    expect(writeCheck(language, hidden)).not.toMatch(/[0-9a-f]{64}/);
  }
});
