import type { AddCommand } from '../define-command.ts';
import { addDeliveries } from './deliveries.ts';
import { addEmit } from './emit.ts';
import { addEvents } from './events.ts';
import { addKeys } from './keys.ts';
import { addListen } from './listen.ts';
import { addLogin } from './login.ts';
import { addMcp } from './mcp.ts';
import { addProfile } from './profile.ts';
import { addRecover } from './recover.ts';
import { addRetry } from './retry.ts';
import { addRotate } from './rotate.ts';
import { addTail } from './tail.ts';
import { addWebhooks } from './webhooks.ts';

/** Every command that needs nothing but the API, in the order of the help. */
export const commands: readonly AddCommand[] = [
  addEmit,
  addTail,
  addListen,
  addWebhooks,
  addRotate,
  addEvents,
  addDeliveries,
  addRetry,
  addRecover,
  addKeys,
  addMcp,
  addLogin,
  addProfile,
];
