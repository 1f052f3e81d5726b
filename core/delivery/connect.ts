import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { refuseAddress, TargetRefusedError, type Allowlist } from './guard.ts';
import type { ResolvedAddress } from './hosts-file.ts';
import { watchConnection } from './reused-connection.ts';
import { createResolver, type Resolve } from './resolve.ts';

/**
 * A `lookup` for net and tls sockets that resolves a name once and hands over its addresses only if none of them is forbidden, so
 * that the address dialled is one that was checked: a name that changes its answer (DNS rebinding) gains nothing. Fails with
 * TargetRefusedError. Connections opened at the same time share one query.
 */
function createGuardedLookup(allowlist: Allowlist, resolve: Resolve = createResolver()): LookupFunction {
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
        const reasons = addresses.map(({ address }) => refuseAddress(address, allowlist));
        const reason = reasons.find((found) => found !== null);
        const [first] = addresses;
        if (reason !== undefined)
          callback(new TargetRefusedError(`${hostname} resolves to a forbidden address: ${reason}`), '');
        else if (first === undefined) callback(new Error(`${hostname} has no address`), '');
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

/** Opens undici's connections, HTTP/1.1 only, by way of the guarded lookup. `timeoutMs` covers DNS, TCP and TLS. */
export function createGuardedConnector(
  allowlist: Allowlist,
  timeoutMs: number,
  resolve?: Resolve,
): buildConnector.connector {
  const connect = buildConnector({
    allowH2: false,
    timeout: timeoutMs,
    lookup: createGuardedLookup(allowlist, resolve),
  });
  return (options, callback) => {
    // Sockets look up names only, so a literal address has to be checked here.
    const reason = isIP(options.hostname) === 0 ? null : refuseAddress(options.hostname, allowlist);
    if (reason === null) connect(options, watched(callback));
    else process.nextTick(callback, new TargetRefusedError(reason), null);
  };
}

function watched(callback: buildConnector.Callback): buildConnector.Callback {
  return (...result) => {
    const [, socket] = result;
    // undici leaves it out where its type says null.
    if (socket) watchConnection(socket);
    callback(...result);
  };
}
