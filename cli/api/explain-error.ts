import { ApiError, ConnectionError, PosthornError } from '../../clients/typescript/src/errors.ts';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { ConnectionSettings } from '../settings/connection.ts';

/** What is wrong, and what to do; undefined for an error that is not the client's. */
export function explainError(error: unknown, settings: ConnectionSettings | undefined): CommandError | undefined {
  const source = settings?.source ?? 'what you gave';
  if (error instanceof ConnectionError) {
    return new CommandError(describe(error), {
      exit: EXIT.unreachable,
      code: 'unreachable',
      hint: `Is Posthorn running there? "npm start" starts it. The URL comes from ${source}; --url or POSTHORN_URL name another one.`,
    });
  }
  if (error instanceof ApiError) {
    const { status, code, message, errors } = error;
    const hint = code === null ? 'Is this the URL of Posthorn?' : hintFor(status, source);
    return new CommandError(message, {
      exit: exitFor(status),
      code: code ?? `status_${status}`,
      hint,
      errors: [...errors],
    });
  }
  return error instanceof PosthornError ? new CommandError(error.message) : undefined;
}

function hintFor(status: number, source: string): string | undefined {
  if (status === 401) return `The key comes from ${source}. "posthorn login" stores another one.`;
  if (status === 403) return '"posthorn profile show" says what the key may do.';
  if (status === 503) return 'Try again in a moment; "posthorn doctor" says what is wrong.';
  return undefined;
}

function exitFor(status: number) {
  if (status === 401 || status === 403) return EXIT.unauthorized;
  return status >= 502 ? EXIT.unreachable : EXIT.failed;
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'DNS does not answer',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
};

function describe(error: ConnectionError): string {
  const { cause } = error.cause as { cause?: { code?: string } };
  const reason = REASONS[cause?.code ?? ''];
  return reason === undefined
    ? error.message
    : `${error.message.replace(/ did not answer.*/, ' does not answer')} (${reason})`;
}
