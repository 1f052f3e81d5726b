import type { Problem } from '../../../../core/contracts/errors.ts';

type FieldErrors = NonNullable<Problem['errors']>;

/** An API call that did not succeed. `status` is 0 if there was no response. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** Validation errors by field. */
  readonly errors: FieldErrors;

  constructor(status: number, code: string, message: string, errors: FieldErrors = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** Turns an error response into an ApiError, with the API's message if there is one. */
export async function readProblem(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    if (problem.detail) {
      return new ApiError(response.status, problem.code ?? 'unknown', sentence(problem.detail), problem.errors);
    }
  } catch {
    // A proxy in front of the API answered.
  }
  return new ApiError(response.status, 'unknown', `The server answered ${response.status}.`);
}

/** The message to show for an error. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether to retry a failed query. Client errors (4xx) are final, except 408 and 429. */
export function mayAskAgain(failures: number, error: unknown): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  const wait = error instanceof ApiError && (error.status === 408 || error.status === 429);
  return failures < 3 && (!refused || wait);
}

function sentence(text: string): string {
  const namesField = /^[\w.[\]]+: /.test(text);
  const first = namesField ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
