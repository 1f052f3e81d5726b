import type { components } from './generated/schema.ts';

type Problem = components['schemas']['Problem'];
export type ErrorCode = Problem['code'];

/** What is wrong with a part of a request. */
export interface FieldError {
  /** Such as `events[0]`; a header or query parameter by its name. */
  path: string;
  message: string;
}

/** Every error of this package. Thrown as it is if an answer is not from Posthorn's API. */
export class PosthornError extends Error {
  override name = 'PosthornError';
}

/** Posthorn, or a proxy before it, refused the request. */
export class ApiError extends PosthornError {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Null: the answer is not Posthorn's, but for example a proxy's. */
  readonly code: ErrorCode | null;
  /** For invalid input: every problem and its path; otherwise empty. */
  readonly errors: readonly FieldError[];
  /** The header `X-Request-Id` of the answer, which proxies may add. */
  readonly requestId: string | null;

  /** `answer` is its decoded body; undefined if that is not JSON. */
  constructor(status: number, requestId: string | null, answer: unknown) {
    const problem = isProblem(answer) ? answer : null;
    super(problem?.detail ?? `Status ${status}, and not from Posthorn`);
    this.status = status;
    this.code = problem?.code ?? null;
    this.errors = problem?.errors ?? [];
    this.requestId = requestId;
  }
}

/**
 * No answer after all tries. `cause` is the reason of the last one. The request may have been executed: emit an event again with the same
 * idempotency key.
 */
export class ConnectionError extends PosthornError {
  override readonly name = 'ConnectionError';
}

/** A request is not from Posthorn, or too old. */
export class InvalidSignatureError extends PosthornError {
  override readonly name = 'InvalidSignatureError';
}

function isProblem(answer: unknown): answer is Problem {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'detail' in answer;
}
