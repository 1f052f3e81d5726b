import { expect, test } from 'vitest';
import { ReceiverUrl, WebhookSecret } from './receiver-url.ts';

const problemOf = (schema: typeof ReceiverUrl, value: string) =>
  schema.safeParse(value).error?.issues[0]?.message ?? null;

test.each([
  ['https://example.com/hooks?a=%20b', null],
  ['HTTP://EXAMPLE.com', null],
  ['ftp://example.com', null],
  ['http:///x', /two slashes and a host/],
  ['http:/x', /two slashes and a host/],
  ['https:example.com', /two slashes and a host/],
  ['http:\\\\example.com', /two slashes and a host/],
  [' https://example.com', /blanks, tabs/],
  ['https://example.com/a\tb', /blanks, tabs/],
  ['https://example.com\n', /blanks, tabs/],
  ['\u0001https://example.com', /control characters/],
  ['https://example.com\u007f', /control characters/],
])('the URL %j: %s', (url, problem) => {
  if (problem === null) expect(problemOf(ReceiverUrl, url)).toBeNull();
  else expect(problemOf(ReceiverUrl, url)).toMatch(problem);
});

test.each([
  ['a plain secret, 16+', null],
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', null],
  [' '.repeat(20), /blanks alone/],
  ['whsec_not base64, at all', /base64 after whsec_/],
  ['whsec_MfKQ9r8GKYqrTw==', null],
  ['whsec_MfKQ9r8GKYqrTw', null],
  ['whsec_MfKQ9r8GKYqrTwj=', null],
  ['whsec_MfKQ9r8GKYqrT', /base64 after whsec_/],
  ['whsec_MfKQ9r8GKYqr=', /base64 after whsec_/],
  ['whsec_MfKQ9r8GKYqrTw=', /base64 after whsec_/],
  ['whsec_', /16/],
])('the secret %j: %s', (secret, problem) => {
  if (problem === null) expect(problemOf(WebhookSecret, secret)).toBeNull();
  else expect(problemOf(WebhookSecret, secret)).toMatch(problem);
});
