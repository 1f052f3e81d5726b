import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { refuseAddress, refuseName, TargetRefusedError, type Allowlist } from '../guard/guard.ts';
import type { ResolvedAddress } from '../guard/hosts-file.ts';
import { watchConnection } from './reused-connection.ts';
import { createResolver, type Resolve } from '../guard/resolve.ts';

/**
 * A `lookup` for net and tls sockets that resolves a name once and returns its addresses only if none of them is forbidden, so
 * that the address of the connection was checked: DNS rebinding does not help. Fails with
 * TargetRefusedError. Connections opened at the same time share one query.
 */
function createGuardedLookup(
  allowlist: Allowlist,
  resolve: Resolve = createResolver(),
  onRefused?: (error: TargetRefusedError) => void,
): LookupFunction {
  const queries = new Map<string, Promise<ResolvedAddress[]>>();

  function query(hostname: string): Promise<ResolvedAddress[]> {
    const running = queries.get(hostname);
    if (running !== undefined) return running;
    const started = resolve(hostname).finally(() => queries.delete(hostname));
    queries.set(hostname, started);
    return started;
  }

  return (hostname, options, callback) => {
    query(hostname).then(
      (addresses) => {
        const found = addresses.map(({ address }) => address);
        const refused = refuseName(hostname, found, allowlist);
        const [first] = addresses;
        if (refused !== null) {
          onRefused?.(refused);
          callback(refused, '');
        } else if (first === undefined) callback(new Error(`${hostname} has no address`), '');
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

export interface GuardOptions {
  allowlist: Allowlist;
  resolve?: Resolve | undefined;
  /** Called for a name with a forbidden address. */
  onRefused?: ((error: TargetRefusedError) => void) | undefined;
}

/** Opens undici's connections, HTTP/1.1 only, with the guarded lookup. `timeoutMs` covers DNS, TCP and TLS. */
export function createGuardedConnector(
  { allowlist, resolve, onRefused }: GuardOptions,
  timeoutMs: number,
): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: timeoutMs,
    lookup: createGuardedLookup(allowlist, resolve, onRefused),
  });
  return (options, callback) => {
    // Sockets look up names only, so a literal address has to be checked here.
    const reason = isIP(options.hostname) === 0 ? null : refuseAddress(options.hostname, allowlist);
    if (reason !== null) process.nextTick(callback, new TargetRefusedError(reason, reason), null);
    else connect(options, watched(callback, isIP(options.hostname) === 0));
  };
}

function watched(callback: buildConnector.Callback, named: boolean): buildConnector.Callback {
  return (...result) => {
    const [error, socket] = result;
    if (error && named) hideInternal(error);
    // undici leaves it out where its type says null.
    if (socket) watchConnection(socket);
    callback(...result);
  };
}

/** A name may have an internal address that is on the allowlist, which is not revealed to the webhook's owner. */
function hideInternal(error: Error & { address?: string | undefined }): void {
  if (error instanceof AggregateError) for (const each of error.errors) hideInternal(each as Error);
  if (error.address !== undefined && refuseAddress(error.address, []) !== null) error.address = undefined;
}
