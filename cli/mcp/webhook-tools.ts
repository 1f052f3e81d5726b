import { z } from 'zod';
import type { Webhook } from '../api/model.ts';
import { defineTool } from './tool.ts';

const id = z.uuid().describe('the id of the webhook');

/** Reads and changes of webhooks. */
export const WEBHOOK_TOOLS = [
  defineTool({
    name: 'list_webhooks',
    title: 'List webhooks',
    description: 'Lists webhooks, newest first, with their state, waiting deliveries and last failure.',
    scope: 'webhooks:read',
    changes: null,
    input: {
      state: z
        .enum(['active', 'paused', 'off', 'struggling'])
        .optional()
        .describe('struggling: many attempts of the last hour failed'),
      search: z.string().optional().describe('a part of the URL or the description'),
      limit: z.int().min(1).max(100).default(50).describe('how many at most'),
    },
    async run(api, query) {
      const { data } = await api.get<{ data: Webhook[] }>('/api/dashboard/webhooks', { ...api.ownerQuery(), ...query });
      return { webhooks: data.map(({ last_24h: _, ...webhook }) => webhook) };
    },
  }),
  defineTool({
    name: 'get_webhook',
    title: 'Get a webhook',
    description:
      'Shows a webhook: URL, event types, filter, state and why, deliveries by hour, last failure, and what holds it back.',
    scope: 'webhooks:read',
    changes: null,
    input: { id },
    run: async (api, { id: webhook }) => await api.get<Webhook>(`/api/dashboard/webhooks/${webhook}`),
  }),
  defineTool({
    name: 'pause_webhook',
    title: 'Pause a webhook',
    description: 'Holds all deliveries of a webhook until it is resumed. Nothing is lost.',
    scope: 'webhooks:write',
    changes: { destructive: false, idempotent: true },
    input: { id },
    run: async (api, { id: webhook }) => await (await api.ownerOf('webhooks', webhook)).webhooks.pause(webhook),
  }),
  defineTool({
    name: 'resume_webhook',
    title: 'Resume a webhook',
    description: 'Resumes a paused webhook: everything that was held is sent.',
    scope: 'webhooks:write',
    changes: { destructive: false, idempotent: true },
    input: { id },
    run: async (api, { id: webhook }) => await (await api.ownerOf('webhooks', webhook)).webhooks.resume(webhook),
  }),
];
