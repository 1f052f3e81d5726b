import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

interface Use {
  /** Requests that went out over it. */
  requests: number;
  /** What had come in when the last of them began, in bytes. */
  bytesRead: number;
}

const uses = new WeakMap<Socket, Use>();
/** Errors of connections that ended before they brought a byte of an answer to a request that was not their first. */
const unanswered = new WeakSet<Error>();

subscribe('undici:client:sendHeaders', (message) => {
  const { socket } = message as { socket: Socket };
  uses.set(socket, { requests: (uses.get(socket)?.requests ?? 0) + 1, bytesRead: socket.bytesRead });
});

/** To be called with each connection before undici gets it, so that `endedUnanswered` knows of its end. */
export function watchConnection(socket: Socket): void {
  socket.prependListener('error', (error) => {
    const use = uses.get(socket);
    if (use !== undefined && use.requests > 1 && use.bytesRead === socket.bytesRead) unanswered.add(error);
  });
}

/**
 * Whether a request failed because a kept connection ended before the first byte of its answer: receivers close idle connections
 * when they like, and the request crossed that on its way (RFC 9112, 9.5).
 */
export function endedUnanswered(error: Error): boolean {
  return unanswered.has(error);
}
