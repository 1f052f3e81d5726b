import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { ApiError } from '../../clients/typescript/src/errors.ts';
import { Api } from '../api/api.ts';
import { explainError } from '../api/explain-error.ts';
import type { Context } from '../context.ts';
import { CommandError } from '../command-error.ts';
import { createMcpServer } from './create-server.ts';

export interface HttpOptions {
  host: string;
  port: number;
  /** The API's URL. */
  url: string;
}

const PATH = '/mcp';
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Serves any number of clients by streamable HTTP, without sessions. Each request carries the key of its client, so one client never acts with the
 * rights of another.
 */
export async function serveHttp({ output, signal }: Context, { host, port, url }: HttpOptions): Promise<void> {
  const server = createServer(
    (request, response) => void answer(request, response, url).catch((error: unknown) => refuse(response, error)),
  );
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      error.code === 'EADDRINUSE' ? `port ${port} is in use; choose another one with --port` : error.message,
    );
  });
  const { port: bound } = server.address() as AddressInfo;
  output.result(
    { url: `http://${host}:${bound}${PATH}` },
    (style) => `${style.green('listening')} at http://${host}:${bound}${PATH} for ${url}`,
  );
  await once(signal, 'abort');
  server.closeAllConnections();
  server.close();
}

async function answer(request: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname !== PATH) return reply(response, 404, `there is nothing at ${pathname}; MCP is at ${PATH}`);
  if (!isTrusted(request)) return reply(response, 403, 'requests of web pages are not served');
  const key = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
  if (key === undefined)
    return reply(response, 401, 'send a key of Posthorn in the header "Authorization: Bearer <key>"');
  const server = await createMcpServer(new Api({ url, key, source: 'the request' }));
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.once('close', () => void server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response);
}

/**
 * A web page could reach a server on the user's machine, also by a name of its own that leads here (DNS rebinding). Its requests have an Origin; no
 * client that is a program sends one.
 */
function isTrusted({ headers, socket }: IncomingMessage): boolean {
  if (headers.origin !== undefined) return false;
  const isLocal =
    socket.localAddress === '127.0.0.1' || socket.localAddress === '::1' || socket.localAddress === '::ffff:127.0.0.1';
  return !isLocal || LOOPBACK.includes((headers.host ?? '').replace(/:\d+$/, ''));
}

function refuse(response: ServerResponse, error: unknown): void {
  const status = error instanceof ApiError && (error.status === 401 || error.status === 403) ? error.status : 502;
  reply(response, status, explainError(error, undefined)?.message ?? 'internal error');
}

/** An error of JSON-RPC. */
function reply(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy();
  const headers = {
    'Content-Type': 'application/json',
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer realm="posthorn"' }),
  };
  response
    .writeHead(status, headers)
    .end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }));
}
