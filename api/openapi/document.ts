import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { apisOf, type Platform, type Registry } from '../../core/platforms/platform.ts';

const DESCRIPTION = `Durable webhook delivery. Register a webhook, emit events, look back at every delivery and attempt.

Every error is an \`application/problem+json\` (RFC 9457) with a stable \`code\`. Nothing is ever stored by a refused request.

Keys go in \`Authorization: Bearer …\`. A key belongs to a platform or to one of its organizations, and has scopes.`;

/** The OpenAPI 3.1 document as JSON. Call this after all routes are described. */
export function writeDocument(app: OpenAPIHono, registry: Registry): string {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, such as `ph_…`',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'posthorn_session',
    description: "The dashboard's session. Changes must come from the dashboard's own origin.",
  });
  for (const platform of Object.values(registry)) describeReceived(app, platform);
  return JSON.stringify(
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'Posthorn', version: packageJson.version, description: DESCRIPTION },
      servers: [{ url: '/' }],
      tags: listTags(registry),
    }),
  );
}

function listTags(registry: Registry) {
  const ofApi = ({ label }: Platform) => [
    { name: `${label} webhooks`, description: `Webhooks for the events of ${label}.` },
    { name: `${label} events`, description: `Events of ${label}.` },
    { name: `${label} deliveries`, description: `Deliveries of the events of ${label}.` },
    { name: `${label} recoveries`, description: `Bulk retries of deliveries of ${label}.` },
    { name: `${label} portal`, description: `Links to a dashboard of the webhooks of ${label} alone.` },
  ];
  const ofReceivers = ({ label }: Platform) => ({
    name: `${label} receivers`,
    description: `Requests that receivers of ${label} get.`,
  });
  return [
    ...Object.values(registry).flatMap(apisOf).flatMap(ofApi),
    ...Object.values(registry).map(ofReceivers),
    { name: 'Session', description: 'Signing in to the dashboard.' },
    {
      name: 'Dashboard',
      description: 'Data of the dashboard, of all platforms and organizations that the key may see.',
    },
    { name: 'Keys', description: 'API keys, for admins.' },
    { name: 'Operation', description: 'For operators.' },
    { name: 'Reference', description: 'This document.' },
  ];
}

/** Describes the POST request to receivers for each event type. */
function describeReceived(app: OpenAPIHono, platform: Platform): void {
  const { headerPrefix } = platform;
  const headers = z.object({
    [`${headerPrefix}Signature`]: z
      .string()
      .meta({ description: 'lower-case hex of HMAC-SHA256 over the body, keyed with the secret' }),
    [`${headerPrefix}Signature-Next`]: z.string().optional().meta({
      description: 'while the secret is being rotated: the same with the new secret; the one above has the old',
    }),
    [`${headerPrefix}Event`]: z.string().meta({ description: 'the event type' }),
    [`${headerPrefix}Delivery`]: z.string().meta({ description: 'the delivery, the same on every attempt' }),
    'webhook-id': z.string().meta({ description: 'the delivery (Standard Webhooks)' }),
    'webhook-timestamp': z.string().meta({ description: 'when the attempt was made, in seconds (Standard Webhooks)' }),
    'webhook-signature': z.string().meta({
      description:
        '`v1,` and base64 of the signature (Standard Webhooks); several, separated by spaces, while the secret is being rotated',
    }),
  });
  for (const { type, description, schema, example } of platform.eventTypes) {
    const payload = { event: type, timestamp: '2026-01-22T10:30:00Z', data: example };
    app.openAPIRegistry.registerWebhook({
      method: 'post',
      path: `${platform.id}.${type}`,
      operationId: `receive_${platform.id}_${type.replaceAll('.', '_')}`,
      tags: [`${platform.label} receivers`],
      summary: `${platform.label}: ${type}`,
      description,
      security: [],
      request: {
        headers,
        body: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['event', 'timestamp', 'data'],
                properties: {
                  event: { type: 'string', const: type },
                  timestamp: { type: 'string', format: 'date-time' },
                  data: { ...schema, required: [...schema.required] },
                },
              },
              example: payload,
            },
          },
        },
      },
      responses: {
        '2XX': { description: 'Accepted. Any other status is a failure and is retried.' },
        410: { description: 'Gone: the webhook is turned off.' },
        429: { description: 'Too many requests: `Retry-After` is honoured within the schedule.' },
        503: { description: 'Busy: `Retry-After` is honoured within the schedule.' },
      },
    });
  }
}
