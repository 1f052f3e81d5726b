import { ApiError, ConnectionError } from '../../../../clients/typescript/src/errors.ts';

/** Of the client errors. */
const AGAIN = [408, 429];

/** The message to show for an error. */
export function explain(error: unknown): string {
  if (error instanceof ConnectionError) return 'The API cannot be reached.';
  // A proxy in front of the API answered.
  if (error instanceof ApiError && error.code === null) return `The server answered ${error.status}.`;
  return error instanceof Error ? sentence(error.message) : String(error);
}

/** Whether to retry a failed query: after server errors, 408 and 429, and without a response. */
export function mayAskAgain(failures: number, error: unknown): boolean {
  if (failures >= 3) return false;
  if (error instanceof ConnectionError) return true;
  return error instanceof ApiError && (error.status >= 500 || AGAIN.includes(error.status));
}

function sentence(text: string): string {
  const namesField = /^[\w.[\]]+: /.test(text);
  const first = namesField ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
