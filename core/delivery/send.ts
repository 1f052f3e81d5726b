import { Agent } from 'undici';
import type { AttemptResult } from '../domain/delivery.ts';
import { Attempt } from './attempt.ts';
import { createGuardedConnector, type Resolve } from './connect.ts';
import { refuseUrl, type Allowlist } from './guard.ts';

const CONNECTIONS_PER_ORIGIN = 128;
const LARGEST_HEADERS = 16_384;

export interface SenderOptions {
  allowlist: Allowlist;
  /** DNS, TCP and TLS together, 5000 by default; kept to within a second. */
  connectTimeoutMs?: number;
  /** The whole attempt, the wait for a free connection and the reading of the answer included; 15000 by default. */
  attemptTimeoutMs?: number;
  /** How names become addresses; by default as the operating system does it, once per connection. */
  resolve?: Resolve;
}

export interface SendRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface Sender {
  /** One POST. Never rejects: `errorMessage` is null for a whole answer with a 2xx status, and says what went wrong otherwise. */
  send: (request: SendRequest) => Promise<AttemptResult>;
  /** Resolves when the attempts in flight have ended. */
  close: () => Promise<void>;
}

/**
 * Posts over HTTP/1.1, with connections kept per origin. Redirects are not followed, cookies not kept, addresses checked where they
 * are dialled, and of an answer 16 KiB of headers and 16 KiB of body are read; then the connection is closed.
 */
export function createSender(options: SenderOptions): Sender {
  const { allowlist, connectTimeoutMs = 5_000, attemptTimeoutMs = 15_000, resolve } = options;
  const timeouts = { connectTimeoutMs, attemptTimeoutMs };
  const agent = new Agent({
    connect: createGuardedConnector(allowlist, connectTimeoutMs, resolve),
    connections: CONNECTIONS_PER_ORIGIN,
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: LARGEST_HEADERS,
    // The attempt's own timer bounds both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  return {
    send: ({ url, headers, body }) =>
      new Promise((settle) => {
        const attempt = new Attempt(timeouts, settle);
        const reason = refuseUrl(url, allowlist);
        if (reason !== null) {
          attempt.refuse(reason);
          return;
        }
        const { origin, pathname, search } = new URL(url);
        const path = pathname + search;
        agent.dispatch(
          { origin, path, method: 'POST', headers: { ...headers, 'accept-encoding': 'identity' }, body },
          attempt,
        );
      }),
    close: () => agent.close(),
  };
}
