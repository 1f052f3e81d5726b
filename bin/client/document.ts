import { createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { createMetrics } from '../../api/metrics.ts';
import { ByteBudget } from '../../core/byte-budget.ts';
import { createLog } from '../../core/log.ts';
import { platforms } from '../../core/platforms/index.ts';

export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
}

export interface Operation {
  operationId: string;
  tags: string[];
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

export type Route = [method: string, path: string];

export interface RoutedOperation {
  route: Route;
  operation: Operation;
}

export interface Document {
  openapi: string;
  info: object;
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, { post: { requestBody: { content: { 'application/json': { schema: Schema } } } } }>;
  components: { schemas: Record<string, Schema> };
}

/** The OpenAPI document that the API serves, without the answers that are a problem. Needs no services. */
export async function readDocument(): Promise<Document> {
  // Describing the routes uses nothing else; only requests do.
  const deps = {
    registry: platforms,
    metrics: createMetrics(),
    bodies: new ByteBudget(0),
    log: createLog('api', 'silent'),
  } as unknown as ApiDeps;
  const answer = await createApp(deps).request('/api/openapi.json');
  const document = (await answer.json()) as Document;
  for (const { responses } of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    for (const [status, { content }] of Object.entries(responses)) {
      if (content?.['application/problem+json']) delete responses[status];
    }
  }
  return document;
}
