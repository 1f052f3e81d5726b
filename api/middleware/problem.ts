import type { Logger } from 'pino';
import { OverloadedError } from '../../core/batcher.ts';
import { isUnavailable } from '../../core/db/unavailable.ts';
import { requestId } from '../../core/request-context.ts';
import { AppError, ERRORS, type Problem } from '../../core/contracts/errors.ts';

/**
 * The response to a failed request. Errors that are not the caller's are logged with the request's id, which is in `X-Request-Id`; their details
 * appear only in the log.
 */
export function answerProblem(error: unknown, path: string, log: Logger): Response {
  const known = explainError(error);
  if (!(error instanceof AppError)) {
    log[known.code === 'internal_error' ? 'error' : 'warn']({ err: error, path }, known.message);
  }
  const id = requestId();
  const { status, title } = ERRORS[known.code];
  const problem: Problem = {
    type: `urn:posthorn:problem:${known.code}`,
    title,
    status,
    detail: known.message,
    code: known.code,
    ...(known.errors && { errors: known.errors }),
    instance: path,
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...(id && { 'X-Request-Id': id }), ...known.headers },
  });
}

/** An error as the caller is told of it. */
export function explainError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const headers = { 'Retry-After': '1' };
  if (error instanceof OverloadedError) {
    return new AppError('overloaded', 'too many requests are waiting; nothing was stored, try again', {
      headers,
    });
  }
  if (isUnavailable(error)) {
    return new AppError('unavailable', 'the database does not answer at the moment; try again', { headers });
  }
  return new AppError(
    'internal_error',
    `internal error; the log of Posthorn has the reason${requestId() ? `, with the request ${requestId()}` : ''}`,
  );
}
