import { EXIT, type ExitCode } from './exit-codes.ts';

interface Details {
  exit?: ExitCode;
  /** The API's stable code, such as `not_found`. */
  code?: string;
  /** What to do. */
  hint?: string | undefined;
  /** What is wrong with which member of the request. */
  errors?: { path: string; message: string }[] | undefined;
}

/** An expected failure: its message is printed without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exit: ExitCode;
  readonly code: string;
  readonly hint: string | undefined;
  readonly errors: { path: string; message: string }[];

  constructor(message: string, { exit = EXIT.failed, code = 'failed', hint, errors = [] }: Details = {}) {
    super(message);
    this.exit = exit;
    this.code = code;
    this.hint = hint;
    this.errors = errors;
  }
}

/** The command line is not valid. */
export function usageError(message: string, hint?: string): CommandError {
  return new CommandError(message, { exit: EXIT.usage, code: 'usage', hint });
}
