import type { Problem } from '../../../../core/contracts/errors.ts';

type FieldErrors = NonNullable<Problem['errors']>;

/** An answer of the API that is not a success; `status` 0 when there was no answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** What is wrong with which field of what was sent. */
  readonly errors: FieldErrors;

  constructor(status: number, code: string, message: string, errors: FieldErrors = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** The error that an answer stands for, in the API's words where it has some. */
export async function readProblem(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    if (problem.detail) {
      return new ApiError(response.status, problem.code ?? 'unknown', sentence(problem.detail), problem.errors);
    }
  } catch {
    // Something between here and the API answered.
  }
  return new ApiError(response.status, 'unknown', `The server answered ${response.status}.`);
}

/** What to tell a person about something that went wrong. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A refusal stays one however often it is asked for; what is only busy or away may be asked again. */
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
