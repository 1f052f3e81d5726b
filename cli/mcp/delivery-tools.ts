import { z } from 'zod';
import { defineTool } from './tool.ts';

/** Changes of deliveries. */
export const DELIVERY_TOOLS = [
  defineTool({
    name: 'retry_delivery',
    title: 'Send a delivery now',
    description:
      'Sends a delivery now. In backoff it keeps the rest of the schedule; after the last attempt it starts again. With force, a receiver gets a second time ' +
      'what it has accepted already.',
    scope: 'events:write',
    changes: { destructive: true, idempotent: false },
    input: {
      id: z.uuid().describe('the id of the delivery'),
      force: z.boolean().default(false).describe('also if it was delivered already'),
    },
    run: async (api, { id, force }) => await (await api.ownerOf('deliveries', id)).deliveries.retry(id, { force }),
  }),
];
