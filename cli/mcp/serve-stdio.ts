import { once } from 'node:events';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Context } from '../context.ts';
import { createMcpServer } from './create-server.ts';

/** Serves one client on stdin and stdout, until it closes them. */
export async function serveStdio({ api, surroundings, signal }: Context): Promise<void> {
  const { stdin, stdout } = surroundings;
  const server = await createMcpServer(api);
  const ended = once(stdin, 'end', { signal }).catch(() => {});
  await server.connect(new StdioServerTransport(stdin, stdout));
  await ended;
  await server.close();
}
