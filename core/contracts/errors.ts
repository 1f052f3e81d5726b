import { z } from 'zod';

/** Every error code of the API with its status and title. A code never changes its meaning. */
export const ERRORS = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  unauthorized: { status: 401, title: 'No valid key' },
  forbidden: { status: 403, title: 'The key lacks the right' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  already_delivered: { status: 409, title: 'Delivered already' },
  already_ended: { status: 409, title: 'Ended already' },
  attempt_in_flight: { status: 409, title: 'An attempt is being made' },
  waits_in_line: { status: 409, title: 'An earlier delivery comes first' },
  webhook_paused: { status: 409, title: 'The webhook is paused' },
  webhook_inactive: { status: 409, title: 'The webhook is turned off' },
  webhook_deleted: { status: 409, title: 'The webhook is deleted' },
  too_many_webhooks: { status: 409, title: 'Too many webhooks' },
  recovery_ended: { status: 409, title: 'The recovery has ended' },
  rotation_in_progress: { status: 409, title: 'The secret is being rotated' },
  idempotency_conflict: { status: 409, title: 'The idempotency key stands for another event' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not plain JSON' },
  invalid_request: { status: 422, title: 'The request is not valid' },
  internal_error: { status: 500, title: 'Internal error' },
  overloaded: { status: 503, title: 'Too busy' },
  unavailable: { status: 503, title: 'Not available' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export interface FieldError {
  /** `events[3].event`; a header or query parameter by its name. */
  path: string;
  message: string;
}

/** An answer that is not a success. `message` is for the caller: no internals, no secrets. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { errors?: FieldError[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.code = code;
    this.errors = more.errors;
    this.headers = more.headers;
  }

  get status(): (typeof ERRORS)[ErrorCode]['status'] {
    return ERRORS[this.code].status;
  }
}

/** 422 for what is wrong with a request; `detail` repeats the first of the errors, for those who read no further. */
export function invalidRequest(errors: FieldError[]): AppError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new AppError('invalid_request', `${first!.path ? `${first!.path}: ` : ''}${first!.message}${more}`, {
    errors,
  });
}

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** RFC 9457, with a stable `code` and, for bad input, what is wrong where. */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'the code as a URN', example: 'urn:posthorn:problem:invalid_request' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'what is wrong with this request, and what is right' }),
    code: z.enum(codes),
    errors: z
      .array(z.object({ path: z.string().meta({ example: 'events[0]' }), message: z.string() }))
      .optional()
      .meta({ description: 'for invalid input: every problem and its path' }),
    instance: z.string().optional().meta({ description: 'the path of the request' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
