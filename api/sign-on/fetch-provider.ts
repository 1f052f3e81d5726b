import { isProtected } from '../../core/single-sign-on.ts';
import { SignOnFailure } from './failure.ts';

/** Of an answer of the identity provider. */
const MOST_BYTES = 1024 * 1024;
const NO_BODY = [101, 204, 205, 304];

/**
 * `fetch` for the identity provider: by https alone, except on this machine, whatever its metadata name, and with a limit for the size of answers.
 * The caller limits the time and follows no redirects.
 * @throws SignOnFailure
 */
export async function fetchProvider(address: string, init: RequestInit): Promise<Response> {
  const url = new URL(address);
  if (!isProtected(url)) {
    throw new SignOnFailure(
      502,
      'The identity provider’s answer cannot be trusted',
      `It names ${url.origin}${url.pathname}, which must begin with https://; http:// is allowed for loopback addresses only.`,
    );
  }
  const answer = await fetch(url, init);
  const body = NO_BODY.includes(answer.status) ? null : await readBody(answer.body);
  return new Response(body, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
}

async function readBody(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) {
      throw new SignOnFailure(
        502,
        'The identity provider’s answer cannot be trusted',
        `It is longer than ${MOST_BYTES} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
