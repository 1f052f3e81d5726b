import type { z } from 'zod';
import type { Scope } from '../../clients/typescript/src/types.ts';
import type { Api } from '../api/api.ts';

/** A tool of the MCP server. It is offered only to keys with its scope. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  scope: Exclude<Scope, 'admin'>;
  input: z.ZodRawShape;
  /** Whether it changes anything; if so, whether it could do harm, and whether doing it twice does the same as once. */
  changes: null | { destructive: boolean; idempotent: boolean };
  /** Returns what the model gets, as JSON. @throws ApiError, ConnectionError, CommandError */
  run(api: Api, input: never): Promise<unknown>;
}

/** Checks that `run` takes what `input` describes. */
export function defineTool<Shape extends z.ZodRawShape>(
  tool: Omit<Tool, 'input' | 'run'> & {
    input: Shape;
    run(api: Api, input: z.output<z.ZodObject<Shape>>): Promise<unknown>;
  },
): Tool {
  return tool;
}
