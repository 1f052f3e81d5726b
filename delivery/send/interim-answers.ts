import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** How much of an interim head is held back while its end is awaited, in bytes. */
const LARGEST_HEAD = 16_384;
/** 1xx but 101, which is final: it would change the protocol. */
const INTERIM = /^HTTP\/1\.[01] 1(?!01)\d\d[ \r\n]/;
const SHORTEST_START = 'HTTP/1.1 100 '.length;
const BEGINNING = 'HTTP/1.';

/** What has come in of a head that may be interim; null once the final answer has begun. */
const heads = new WeakMap<Socket, Buffer | null>();

subscribe('undici:client:sendHeaders', (message) => {
  const { socket } = message as { socket: Socket };
  if (heads.has(socket)) heads.set(socket, Buffer.alloc(0));
});

/**
 * Leaves interim answers out of what undici reads from a connector's connections. A client has to skip them, also a 100 that it did
 * not ask for (RFC 9110, 15.2), but undici closes the connection at a 100.
 */
export function skipInterimAnswers(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...result) => {
      // Of a failure undici hands over the error alone.
      if (result[0] === null) filterPushes(result[1]);
      callback(...result);
    });
}

function filterPushes(socket: Socket): void {
  heads.set(socket, null);
  const push = socket.push.bind(socket);
  socket.push = (chunk: Buffer | null, encoding) => {
    const held = heads.get(socket) ?? null;
    if (held === null) return push(chunk, encoding);
    if (chunk === null) {
      heads.set(socket, null);
      if (held.length > 0) push(held);
      return push(null);
    }
    const rest = skipHeads(held.length === 0 ? chunk : Buffer.concat([held, chunk]));
    heads.set(socket, rest.final ? null : rest.bytes);
    return push(rest.final ? rest.bytes : Buffer.alloc(0), encoding);
  };
}

/** The bytes after all whole interim heads, and whether they are the final answer's or may still become an interim head. */
function skipHeads(bytes: Buffer): { bytes: Buffer; final: boolean } {
  let left = bytes;
  for (;;) {
    const start = left.toString('latin1', 0, SHORTEST_START);
    if (start.length < SHORTEST_START)
      return { bytes: left, final: !BEGINNING.startsWith(start.slice(0, BEGINNING.length)) };
    const end = left.indexOf('\r\n\r\n');
    if (!INTERIM.test(start)) return { bytes: left, final: true };
    if (end === -1) return { bytes: left, final: left.length > LARGEST_HEAD };
    left = left.subarray(end + 4);
  }
}
