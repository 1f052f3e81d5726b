import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface ConnectProxy {
  server: Server;
  /** The requests for tunnels, such as `203.0.113.7:443`, with their Proxy-Authorization. */
  tunnels: { authority: string | undefined; authorization: string | undefined }[];
}

/** An HTTP proxy that opens tunnels. `refuse` may answer instead. Listening is the caller's. */
export function createConnectProxy(refuse: (socket: Socket) => boolean = () => false): ConnectProxy {
  const tunnels: ConnectProxy['tunnels'] = [];
  const server = createServer();
  server.on('connect', ({ url, headers }: IncomingMessage, client: Socket, head: Buffer) => {
    client.on('error', () => {});
    tunnels.push({ authority: url, authorization: headers['proxy-authorization'] });
    if (refuse(client)) return;
    const { hostname, port } = new URL(`http://${url}`);
    const upstream = connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    client.on('close', () => upstream.destroy());
  });
  return { server, tunnels };
}
