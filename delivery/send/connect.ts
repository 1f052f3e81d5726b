import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { Egress } from '../../core/egress.ts';
import type { ClientCertificate } from '../../core/options/webhook-option.ts';
import { refuseAddress, refuseName, TargetRefusedError, type Allowlist } from '../guard/guard.ts';
import type { ResolvedAddress } from '../guard/hosts-file.ts';
import { watchConnection } from './reused-connection.ts';
import { createResolver, type Resolve } from '../guard/resolve.ts';
import { trusting } from './trusting.ts';
import { throughProxy } from './tunnel.ts';

/**
 * A `lookup` for net and tls sockets that resolves a name once and returns its addresses only if none of them is forbidden, so
 * that the address of the connection was checked: DNS rebinding does not help. Fails with
 * TargetRefusedError. Connections opened at the same time share one query.
 */
function createGuardedLookup(
  allowlist: Allowlist,
  { resolve = createResolver(), egress }: Omit<GuardOptions, 'allowlist'>,
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
        const usable = addresses.filter(({ family }) => isReachable(family, egress));
        const [first] = usable;
        if (refused !== null) callback(refused, '');
        else if (first === undefined) callback(new Error(describeUnreachable(hostname, found, egress)), '');
        else if (options.all === true) callback(null, usable);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

export interface GuardOptions {
  allowlist: Allowlist;
  resolve?: Resolve | undefined;
  egress?: Egress | undefined;
  /** For receivers that ask for one. */
  certificate?: ClientCertificate | undefined;
}

/**
 * Opens undici's connections, HTTP/1.1 only, with the guarded lookup, through the egress proxy if there is one. `timeoutMs` covers DNS, TCP and
 * TLS; with a proxy, the tunnel and the TLS in it have as much each.
 */
export function createGuardedConnector(
  { allowlist, ...options }: GuardOptions,
  timeoutMs: number,
): buildConnector.connector {
  const { egress = {}, certificate } = options;
  const { proxy, localAddress, ca, minTlsVersion: minVersion } = egress;
  const lookup = createGuardedLookup(allowlist, options);
  const connect = buildConnector({
    allowH2: false,
    timeout: timeoutMs,
    lookup,
    ...(ca !== undefined && { ca: trusting(ca) }),
    ...(minVersion !== undefined && { minVersion }),
    ...certificate,
  });
  const open = proxy ? throughProxy(connect, lookup, { ...egress, proxy }, timeoutMs) : connect;
  return (target, callback) => {
    // Sockets look up names only, so a literal address has to be checked here.
    const family = isIP(target.hostname);
    const reason = family === 0 ? null : refuseAddress(target.hostname, allowlist);
    if (reason !== null) process.nextTick(callback, new TargetRefusedError(reason, reason), null);
    else if (family !== 0 && !isReachable(family, egress)) {
      process.nextTick(callback, new Error(describeUnreachable(target.hostname, [target.hostname], egress)), null);
    } else open({ ...target, localAddress: localAddress ?? null }, watched(callback, family === 0));
  };
}

/** A source address reaches addresses of its family only. A proxy may reach the other one. */
function isReachable(family: number, { localAddress, proxy }: Egress = {}): boolean {
  return localAddress === undefined || proxy !== undefined || isIP(localAddress) === family;
}

function describeUnreachable(hostname: string, found: string[], { localAddress = '' }: Egress = {}): string {
  return found.length === 0 ? `${hostname} has no address` : `${hostname} has no IPv${isIP(localAddress)} address`;
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
