import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface ForwardedRequest {
  headers: Record<string, string>;
  body: string;
}

export interface ForwardResult {
  status_code: number | null;
  response_headers: IncomingHttpHeaders | null;
  response_body: string | null;
  /** Why there is no answer; null: there is one. */
  error: string | null;
  duration_ms: number;
}

/** The part of an answer that is kept. */
const MOST_CHARACTERS = 16_384;

/** Posts exactly these headers and bytes. A redirect is not followed, as in a real attempt. */
export async function forward(
  url: string,
  { headers, body }: ForwardedRequest,
  signal: AbortSignal,
): Promise<ForwardResult> {
  const begun = performance.now();
  const bytes = Buffer.from(body, 'utf8');
  const open = url.startsWith('https:') ? requestHttps : requestHttp;
  const result = await new Promise<Omit<ForwardResult, 'duration_ms'>>((resolve) => {
    const fail = (error: NodeJS.ErrnoException) =>
      resolve({ status_code: null, response_headers: null, response_body: null, error: describe(error) });
    const request = open(url, { method: 'POST', headers: { ...headers, 'content-length': bytes.length }, signal });
    request.once('error', fail);
    request.once('response', (response) => {
      let text = '';
      const end = () =>
        resolve({
          status_code: response.statusCode ?? null,
          response_headers: response.headers,
          response_body: text,
          error: null,
        });
      response.setEncoding('utf8').on('data', (part: string) => {
        if (text.length < MOST_CHARACTERS) text += part.slice(0, MOST_CHARACTERS - text.length);
      });
      response.once('end', end).once('error', end);
    });
    request.end(bytes);
  });
  return { ...result, duration_ms: Math.round(performance.now() - begun) };
}

function describe({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'connection refused: is your server running?';
  return code === 'ECONNRESET' ? 'the connection broke' : ((message || code) ?? 'failed');
}
