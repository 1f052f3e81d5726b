import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import packageJson from '../../package.json' with { type: 'json' };
import type { Api } from '../api/api.ts';
import { explainError } from '../api/explain-error.ts';
import { CommandError } from '../command-error.ts';
import { DELIVERY_TOOLS } from './delivery-tools.ts';
import { HISTORY_TOOLS } from './history-tools.ts';
import type { Tool } from './tool.ts';
import { WEBHOOK_TOOLS } from './webhook-tools.ts';

const TOOLS: Tool[] = [...HISTORY_TOOLS, ...WEBHOOK_TOOLS, ...DELIVERY_TOOLS];

/** An MCP server for one key, with the tools that its scopes allow. @throws ApiError, ConnectionError if the key does not work */
export async function createMcpServer(api: Api): Promise<McpServer> {
  const { scopes, name } = await api.session();
  const allowed = TOOLS.filter(({ scope }) => scopes.includes(scope) || scopes.includes('admin'));
  const missing = [...new Set(TOOLS.filter((tool) => !allowed.includes(tool)).map(({ scope }) => scope))];
  const server = new McpServer(
    { name: 'posthorn', title: 'Posthorn', version: packageJson.version },
    { instructions: instruct(name, missing) },
  );
  for (const tool of allowed) register(server, api, tool);
  return server;
}

function instruct(name: string, missing: string[]): string {
  const without =
    missing.length === 0 ? '' : ` It lacks ${missing.join(', ')}, so the tools that need them are not offered.`;
  return (
    'Posthorn delivers webhooks. An event is delivered to each webhook that is on, subscribes to its type, and whose filter matches. explain_event says ' +
    `why a webhook has no delivery of an event; explain_delivery says why a delivery failed. The key is "${name}".${without}`
  );
}

function register(server: McpServer, api: Api, { name, title, description, input, changes, run }: Tool): void {
  const annotations = {
    readOnlyHint: changes === null,
    destructiveHint: changes?.destructive ?? false,
    idempotentHint: changes?.idempotent ?? true,
    openWorldHint: false,
  };
  server.registerTool(name, { title, description, inputSchema: input, annotations }, async (given: unknown) => {
    try {
      return { content: [{ type: 'text' as const, text: JSON.stringify(await run(api, given as never), null, 1) }] };
    } catch (error) {
      const explained = error instanceof CommandError ? error : explainError(error, api.settings);
      if (!explained) throw error;
      return { isError: true, content: [{ type: 'text' as const, text: explained.message }] };
    }
  });
}
