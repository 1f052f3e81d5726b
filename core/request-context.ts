import { AsyncLocalStorage } from 'node:async_hooks';
import { newId } from './new-id.ts';

const ACCEPTED = /^[\w.:-]{1,128}$/;

interface RequestContext {
  /** The `X-Request-Id` of the client. */
  given: string | undefined;
  id: string | undefined;
}

const requests = new AsyncLocalStorage<RequestContext>();

/** Handles a request: what is logged meanwhile has its id. */
export function inRequest<Result>(given: string | undefined, handle: () => Result): Result {
  return requests.run({ given, id: undefined }, handle);
}

/** For what outlives the request that began it, such as a timer. */
export function outsideRequests<Result>(run: () => Result): Result {
  return requests.exit(run);
}

/**
 * The id of the request that is being handled: the client's `X-Request-Id` if it has up to 128 letters, digits and `_.:-`, otherwise a new
 * one, made when it is first asked for. Undefined outside of requests.
 */
export function requestId(): string | undefined {
  const context = requests.getStore();
  if (context === undefined) return undefined;
  return (context.id ??= context.given !== undefined && ACCEPTED.test(context.given) ? context.given : newId());
}
