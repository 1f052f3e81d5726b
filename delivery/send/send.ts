import type { Agent } from 'undici';
import type { AttemptResult } from '../../core/domain/delivery.ts';
import type { Egress } from '../../core/egress.ts';
import type { AttemptRequest } from '../../core/options/webhook-option.ts';
import { AgentPool } from './agents.ts';
import { Attempt } from './request.ts';
import { createGuardedConnector } from './connect.ts';
import { refuseUrl, type Allowlist, type TargetRefusedError } from '../guard/guard.ts';
import { skipInterimAnswers } from './interim-answers.ts';
import type { Resolve } from '../guard/resolve.ts';

const LARGEST_HEADERS = 16_384;
const REMEMBERED_TARGETS = 10_000;
/** A compressed response could not be shown, and might be a decompression bomb. */
const IDENTITY = { 'accept-encoding': 'identity' };

export interface SenderOptions {
  allowlist: Allowlist;
  /** Limit for DNS, TCP and TLS together, 5000 by default, accurate to a second. */
  connectTimeoutMs?: number;
  /** Limit for the whole attempt, including the response; 15000 by default. */
  attemptTimeoutMs?: number;
  /** Resolves names; by default from /etc/hosts and DNS (`createResolver`). */
  resolve?: Resolve;
  egress?: Egress | undefined;
  /** The clock of the results, in milliseconds since 1970; by default this machine's. */
  now?: () => number;
  /** Called for an attempt whose receiver's name has a forbidden address, which the history must not reveal but the log should. */
  onRefused?: (error: TargetRefusedError, delivery: string | undefined) => void;
}

export interface Sender {
  /** Sends one POST. Never rejects: `errorMessage` is null after a complete 2xx head, otherwise the reason. */
  send: (request: AttemptRequest) => Promise<AttemptResult>;
  /** Resolves when the attempts in flight have ended. */
  close: () => Promise<void>;
}

/**
 * Posts over HTTP/1.1. Keeps connections per origin, as many as there are concurrent requests, which the caller bounds. Does not follow
 * redirects or keep cookies. Checks the address of each connection. Reads at most 16 KiB of response headers and 16 KiB of body.
 */
export function createSender(options: SenderOptions): Sender {
  const { allowlist, connectTimeoutMs = 5_000, attemptTimeoutMs = 15_000, now = Date.now } = options;
  const agents = new AgentPool((certificate) => ({
    connect: skipInterimAnswers(createGuardedConnector({ ...options, certificate }, connectTimeoutMs)),
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: LARGEST_HEADERS,
    // The attempt's own timer covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  }));
  const find = rememberTargets(allowlist);

  return {
    send: ({ url, headers, body, timeoutMs, clientCertificate }) =>
      new Promise((settle) => {
        const target = find(url);
        const { kept, fresh } = agents.of(clientCertificate);
        const dispatch = (through: Agent) => {
          if (typeof target === 'string') attempt.refuse(target);
          else through.dispatch({ ...target, method: 'POST', headers: { ...headers, ...IDENTITY }, body }, attempt);
        };
        const limits = { connectTimeoutMs, attemptTimeoutMs: timeoutMs ?? attemptTimeoutMs };
        const attempt = new Attempt(limits, new Date(now()), settle, () => dispatch(fresh));
        attempt.onRefused = (error) => options.onRefused?.(error, headers['webhook-id']);
        dispatch(kept);
      }),
    close: () => agents.close(),
  };
}

interface SendTarget {
  origin: string;
  path: string;
}

/** A URL's parts, or the reason for refusing it, parsed once. */
function rememberTargets(allowlist: Allowlist): (url: string) => SendTarget | string {
  const known = new Map<string, SendTarget | string>();
  return (url) => {
    const remembered = known.get(url);
    if (remembered !== undefined) return remembered;
    if (known.size >= REMEMBERED_TARGETS) known.clear();
    const target = refuseUrl(url, allowlist) ?? readTarget(url);
    known.set(url, target);
    return target;
  };
}

function readTarget(url: string): SendTarget {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search };
}
