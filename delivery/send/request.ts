import type { Dispatcher } from 'undici';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import type { AttemptResult } from '../../core/domain/delivery.ts';
import { TargetRefusedError } from '../guard/guard.ts';
import { describeError, formatSeconds } from './failure-text.ts';
import { endedUnanswered } from './reused-connection.ts';
import { decodeBody, describeLocation, redactHeaders } from './response-text.ts';

/** How much of a response's body is read, in bytes. */
const LARGEST_BODY = 16_384;
const SENT_AGAIN = 'sent again over a fresh connection, since the kept one had been closed';

export interface AttemptLimits {
  connectTimeoutMs: number;
  attemptTimeoutMs: number;
}

/** One POST as undici's handler: collects the response and calls back exactly once. */
export class Attempt implements Dispatcher.DispatchHandler {
  private readonly startedAt: Date;
  private readonly begin = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly limits: AttemptLimits;
  private readonly settle: (result: AttemptResult) => void;
  private readonly sendAgain: () => void;
  private sentAgain = false;
  private controller: Dispatcher.DispatchController | null = null;
  private statusCode: number | null = null;
  private headers: IncomingHttpHeaders = {};
  private chunks: Buffer[] = [];
  private size = 0;
  private settled = false;
  onRefused: ((error: TargetRefusedError) => void) | undefined;

  /** `sendAgain` is called at most once, to send the request on a new connection if a kept one ended before the first byte of the response. */
  constructor(limits: AttemptLimits, startedAt: Date, settle: (result: AttemptResult) => void, sendAgain: () => void) {
    this.limits = limits;
    this.startedAt = startedAt;
    this.settle = settle;
    this.sendAgain = sendAgain;
    this.timer = setTimeout(() => this.expire(), limits.attemptTimeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.settled) this.stop();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    if (statusCode < 200) return;
    this.statusCode = statusCode;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return;
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size <= LARGEST_BODY) return;
    this.finish(judgeStatus(this.statusCode, this.headers));
    this.stop();
  }

  onResponseEnd(): void {
    this.finish(judgeStatus(this.statusCode, this.headers));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.statusCode === null && !this.settled && !this.sentAgain && endedUnanswered(error)) {
      this.sentAgain = true;
      this.controller = null;
      return this.sendAgain();
    }
    if (error instanceof TargetRefusedError) this.onRefused?.(error);
    const problem = describeError(error, this.limits.connectTimeoutMs);
    if (this.statusCode === null) this.finish(problem);
    else this.finishBroken(`the answer broke off: ${problem}`);
  }

  /** Ends the attempt before anything is sent. */
  refuse(reason: string): void {
    this.finish(`refused: ${reason}`);
  }

  private expire(): void {
    const limit = formatSeconds(this.limits.attemptTimeoutMs);
    if (this.statusCode !== null) this.finishBroken(`the answer did not end within ${limit}`);
    else this.finish(`${this.controller === null ? 'no connection' : 'no answer'} within ${limit}`);
    this.stop();
  }

  /** Closes the connection; the rest of the response is not needed. */
  private stop(): void {
    this.controller?.abort(new Error('the attempt has ended'));
  }

  /** The head decides (contract.md, What a receiver gets): after a 2xx, an incomplete body is noted and changes nothing. */
  private finishBroken(problem: string): void {
    const failed = judgeStatus(this.statusCode, this.headers) !== null;
    if (failed) this.finish(`status ${this.statusCode}, but ${problem}`);
    else this.finish(null, problem);
  }

  private finish(errorMessage: string | null, bodyProblem?: string): void {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.timer);
    const answered = this.statusCode !== null;
    this.settle({
      startedAt: this.startedAt,
      durationMs: Math.round(performance.now() - this.begin),
      statusCode: this.statusCode,
      responseHeaders: answered ? redactHeaders(this.headers) : null,
      responseBody: answered ? this.readBody(bodyProblem) : null,
      errorMessage: errorMessage === null || !this.sentAgain ? errorMessage : `${errorMessage} (${SENT_AGAIN})`,
    });
    this.chunks = [];
  }

  private readBody(problem: string | undefined): string {
    const [first = Buffer.alloc(0)] = this.chunks;
    const bytes = this.chunks.length > 1 ? Buffer.concat(this.chunks) : first;
    const encoding = this.headers['content-encoding'];
    const text = decodeBody(bytes.subarray(0, LARGEST_BODY), bytes.length > LARGEST_BODY, encoding?.toString());
    const notes = [this.sentAgain ? SENT_AGAIN : undefined, problem].filter((note) => note !== undefined);
    return [...(text === '' ? [] : [text]), ...notes.map((note) => `[${note}]`)].join('\n');
  }
}

/** Any 2xx is success, anything else is not, a redirect included (contract.md, What a receiver gets). */
function judgeStatus(statusCode: number | null, { location }: IncomingHttpHeaders): string | null {
  if (statusCode === null) return 'no status';
  if (statusCode >= 200 && statusCode < 300) return null;
  if (statusCode >= 300 && statusCode < 400 && location !== undefined) {
    return `redirect to ${describeLocation(location.toString())} not followed (${statusCode})`;
  }
  return `status ${statusCode}`;
}
