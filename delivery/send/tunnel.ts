import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, isIPv6, type LookupFunction, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { Egress } from '../../core/egress.ts';
import { trusting } from './trusting.ts';

/** No connection through the egress proxy. The message is for the webhook's owner and does not name the proxy. */
class EgressProxyError extends Error {
  override readonly name = 'EgressProxyError';
}

interface Destination {
  address: string;
  port: number;
}

const REASONS: Record<number, string> = {
  403: 'the egress proxy does not allow this receiver or port (403)',
  407: 'the egress proxy wants other credentials (407)',
};

/** A connector whose connections, and the TLS on them, go through tunnels of the proxy. */
export function throughProxy(
  connect: buildConnector.connector,
  lookup: LookupFunction,
  egress: Egress & { proxy: URL },
  timeoutMs: number,
): buildConnector.connector {
  return (target, callback) => {
    const secure = target.protocol === 'https:';
    const port = Number(target.port || (secure ? 443 : 80));
    findAddress(lookup, target.hostname)
      .then((address) => openTunnel(egress, { address, port }, timeoutMs))
      .then(
        (socket) => (secure ? connect({ ...target, httpSocket: socket }, callback) : callback(null, socket)),
        (error: Error) => callback(error, null),
      );
  };
}

function findAddress(lookup: LookupFunction, hostname: string): Promise<string> {
  if (isIP(hostname) !== 0) return Promise.resolve(hostname);
  return new Promise((resolve, reject) => {
    lookup(hostname, {}, (error, address) => (error ? reject(error) : resolve(address as string)));
  });
}

/**
 * Opens a tunnel through the HTTP proxy (RFC 9110, 9.3.6). The proxy gets an address that the guard has checked, never a name, so it
 * cannot resolve to another one. @throws EgressProxyError
 */
function openTunnel(
  { proxy, localAddress, ca }: Egress & { proxy: URL },
  { address, port }: Destination,
  timeoutMs: number,
): Promise<Socket> {
  const authority = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  const secure = proxy.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown) => reject(new EgressProxyError(message, { cause }));
    const request = (secure ? requestHttps : requestHttp)({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (secure ? 443 : 80),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...authorize(proxy) },
      agent: false,
      localAddress,
      ...(secure && ca !== undefined && { ca: trusting(ca) }),
    });
    const timer = setTimeout(() => {
      fail(`no connection through the egress proxy within ${timeoutMs / 1000} s`);
      request.destroy();
    }, timeoutMs);
    request.once('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket, head: Buffer) => {
      clearTimeout(timer);
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return fail(REASONS[statusCode] ?? `the egress proxy could not connect (${statusCode})`);
      }
      if (head.length > 0) socket.unshift(head);
      socket.setNoDelay(true).setKeepAlive(true, 60_000);
      resolve(socket);
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(describeFailure(error), error);
    });
    request.end();
  });
}

function describeFailure({ code = 'no reason' }: NodeJS.ErrnoException): string {
  if (code.startsWith('HPE_')) return 'the egress proxy does not answer as an HTTP proxy';
  return `the egress proxy cannot be reached (${code})`;
}

function authorize({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = [username, password].map(decodeURIComponent).join(':');
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
