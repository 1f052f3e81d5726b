import type { Command } from 'commander';
import { CommandError, usageError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type ContextOf } from '../define-command.ts';

interface McpOptions {
  http?: boolean;
  host: string;
  port: string;
}

/** Serves the history and a few actions to AI assistants, by the Model Context Protocol. */
export function addMcp(program: Command, contextOf: ContextOf): void {
  const command = program
    .command('mcp')
    .description('serve the history to AI assistants by the Model Context Protocol (MCP)')
    .option('--http', 'serve by streamable HTTP in place of stdin and stdout; each client sends its own key')
    .option('--host <address>', 'with --http: the address to listen at', '127.0.0.1')
    .option('--port <port>', 'with --http: the port to listen at; 0: any', '8787')
    .action(action(contextOf, serve));
  command.addHelpText(
    'after',
    `
It offers the tools that the scopes of the key allow: reading and explaining deliveries and events (events:read), webhooks (webhooks:read), retrying
(events:write), pausing and resuming (webhooks:write).`,
  );
  addExamples(command, 'mcp', 'mcp --profile staging', 'mcp --http --port 8787 --url https://posthorn.example.com');
}

async function serve(context: Context, { http, host, port }: McpOptions): Promise<void> {
  if (!http) return await (await load(() => import('../mcp/serve-stdio.ts'))).serveStdio(context);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw usageError(`--port is "${port}"; it must be 0 to 65535`);
  const url = context.url();
  await (await load(() => import('../mcp/serve-http.ts'))).serveHttp(context, { host, port: Number(port), url });
}

/** Most commands should begin at once, so its library is loaded only here. */
async function load<Module>(open: () => Promise<Module>): Promise<Module> {
  try {
    return await open();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CommandError('this installation has no MCP', { hint: 'Use the package: npx @posthorn/cli mcp' });
  }
}
