import { quoteShell } from '../../lib/quote-shell.ts';

export interface SignedRequest {
  url: string;
  /** The exact request body, as text. */
  body: string;
  /** The headers as sent, by name. */
  headers: Record<string, string>;
  /** `X-URPA-`. */
  headerPrefix: string;
}

/** The languages of the code that checks a signature. */
export type Language = 'shell' | 'node' | 'php';

const PLACEHOLDER = 'put-the-secret-here';

/** The name and value of the signature header. The value is null if this key may not see it. */
export function signatureOf(request: SignedRequest): { header: string; value: string | null } {
  const header = `${request.headerPrefix}Signature`;
  const found = Object.entries(request.headers).find(([name]) => name.toLowerCase() === header.toLowerCase());
  const value = found?.[1] ?? null;
  return { header, value: value !== null && /^[0-9a-f]{64}$/.test(value) ? value : null };
}

/** Code that checks the signature of this request. */
export function writeCheck(language: Language, request: SignedRequest): string {
  return { shell: writeShell, node: writeNode, php: writePhp }[language](request);
}

/** A command that sends the request again, signed with a secret that the user fills in. */
export function writeCurl(request: SignedRequest): string {
  const { header } = signatureOf(request);
  const others = Object.entries(request.headers).filter(([name]) => !/signature(-next)?$/i.test(name));
  return [
    `SECRET=${quoteShell(PLACEHOLDER)}`,
    `BODY=${quoteShell(request.body)}`,
    `SIGNATURE=$(printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)`,
    `curl -sS -i -X POST ${quoteShell(request.url)} \\`,
    ...others.map(([name, value]) => `  -H ${quoteShell(`${name}: ${value}`)} \\`),
    `  -H "${header}: $SIGNATURE" \\`,
    `  --data-binary "$BODY"`,
  ].join('\n');
}

function writeShell(request: SignedRequest): string {
  const { value } = signatureOf(request);
  return [
    `SECRET=${quoteShell(PLACEHOLDER)}`,
    `BODY=${quoteShell(request.body)}`,
    `printf '%s' "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1`,
    `# ${value ?? 'must equal the header'}`,
  ].join('\n');
}

function writeNode(request: SignedRequest): string {
  const { header, value } = signatureOf(request);
  return [
    `import { createHmac, timingSafeEqual } from 'node:crypto';`,
    ``,
    `const secret = ${JSON.stringify(PLACEHOLDER)};`,
    `const body = ${JSON.stringify(request.body)}; // the raw body, before any parsing`,
    `const received = ${JSON.stringify(value ?? '…')}; // ${header}`,
    ``,
    `const expected = createHmac('sha256', secret).update(body).digest('hex');`,
    `const valid = received.length === expected.length && timingSafeEqual(Buffer.from(received), Buffer.from(expected));`,
    `console.log(valid);`,
  ].join('\n');
}

function writePhp(request: SignedRequest): string {
  const { header, value } = signatureOf(request);
  return [
    `<?php`,
    `$secret = ${quotePhp(PLACEHOLDER)};`,
    `$body = ${quotePhp(request.body)}; // file_get_contents('php://input')`,
    `$received = ${quotePhp(value ?? '…')}; // ${header}`,
    ``,
    `var_dump(hash_equals(hash_hmac('sha256', $body, $secret), $received));`,
  ].join('\n');
}

function quotePhp(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
