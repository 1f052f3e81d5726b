import { OverloadedError } from '../batcher.ts';

/** PostgreSQL began the statement so late that nothing was stored. */
export class LateError extends Error {
  override readonly name = 'LateError';
}

/** Connection exceptions, insufficient resources, operator intervention (timeouts and shutdowns), failures of the system. */
const CLASSES = ['08', '53', '57', '58'];
/** A read-only standby, a deadlock, a lock timeout: another try may succeed. */
const STATES = ['25006', '40001', '40P01', '55P03'];
const NETWORK = /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT)$/;
/** Messages of `pg` without a code. */
const MESSAGES = /timeout|Connection terminated|not queryable|Client was closed|Cannot use a pool after calling end/i;

/** Whether an error means that the database is temporarily unavailable. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof OverloadedError || error instanceof LateError) return true;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return MESSAGES.test(error.message);
  return (
    NETWORK.test(code) || (/^[0-9A-Z]{5}$/.test(code) && (CLASSES.includes(code.slice(0, 2)) || STATES.includes(code)))
  );
}
