import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface SilentDns {
  /** IP:port, for POSTHORN_DNS_SERVERS. */
  address: string;
  /** The number of queries received. */
  queries: number;
  close(): void;
}

/** A DNS server that receives queries and never answers. */
export async function startSilentDns(): Promise<SilentDns> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const dns = { address: `127.0.0.1:${socket.address().port}`, queries: 0, close: () => void socket.close() };
  socket.on('message', () => dns.queries++);
  return dns;
}
