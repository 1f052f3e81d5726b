import { Agent } from 'undici';
import type { AttemptResult } from '../../core/domain/delivery.ts';
import type { AttemptRequest } from '../../core/options/webhook-option.ts';
import { Attempt } from './request.ts';
import { createGuardedConnector } from './connect.ts';
import { refuseUrl, type Allowlist, type TargetRefusedError } from '../guard/guard.ts';
import { skipInterimAnswers } from './interim-answers.ts';
import type { Resolve } from '../guard/resolve.ts';

const LARGEST_HEADERS = 16_384;
const REMEMBERED_TARGETS = 10_000;
/** Of a compressed answer nothing could be shown, and it might be a bomb. */
const IDENTITY = { 'accept-encoding': 'identity' };

export interface SenderOptions {
  allowlist: Allowlist;
  /** DNS, TCP and TLS together, 5000 by default; kept to within a second. */
  connectTimeoutMs?: number;
  /** The whole attempt, the reading of the answer included; 15000 by default. */
  attemptTimeoutMs?: number;
  /** How names become addresses; by default from /etc/hosts and DNS (`createResolver`). */
  resolve?: Resolve;
  /** The clock of the results, in milliseconds since 1970; by default this machine's. */
  now?: () => number;
  /** A name leads to an address that is not allowed: what the history of the delivery does not tell, but the log should. */
  onRefused?: (error: TargetRefusedError) => void;
}

export interface Sender {
  /** One POST. Never rejects: `errorMessage` is null once a whole 2xx head has arrived, and says what went wrong otherwise. */
  send: (request: AttemptRequest) => Promise<AttemptResult>;
  /** Resolves when the attempts in flight have ended. */
  close: () => Promise<void>;
}

/**
 * Posts over HTTP/1.1, with connections kept per origin, as many as there are requests at once: the caller bounds those. Redirects are
 * not followed, cookies not kept, addresses checked where they are dialled, and of an answer 16 KiB of headers and 16 KiB of body are
 * read; then the connection is closed.
 */
export function createSender(options: SenderOptions): Sender {
  const { allowlist, connectTimeoutMs = 5_000, attemptTimeoutMs = 15_000, now = Date.now } = options;
  const agentOptions: Agent.Options = {
    connect: skipInterimAnswers(createGuardedConnector(options, connectTimeoutMs)),
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: LARGEST_HEADERS,
    // The attempt's own timer bounds both.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const agent = new Agent(agentOptions);
  /** Without pipelining a connection is for one request. */
  const freshAgent = new Agent({ ...agentOptions, pipelining: 0 });
  const find = rememberTargets(allowlist);

  return {
    send: ({ url, headers, body, timeoutMs }) =>
      new Promise((settle) => {
        const target = find(url);
        const dispatch = (through: Agent) => {
          if (typeof target === 'string') attempt.refuse(target);
          else through.dispatch({ ...target, method: 'POST', headers: { ...headers, ...IDENTITY }, body }, attempt);
        };
        const limits = { connectTimeoutMs, attemptTimeoutMs: timeoutMs ?? attemptTimeoutMs };
        const attempt = new Attempt(limits, new Date(now()), settle, () => dispatch(freshAgent));
        dispatch(agent);
      }),
    close: async () => {
      await agent.close();
      await freshAgent.close();
    },
  };
}

interface SendTarget {
  origin: string;
  path: string;
}

/** A URL's parts, or why nothing may be sent to it: read once, not once an attempt. */
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
