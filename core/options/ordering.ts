import { z } from 'zod';
import { defineOption } from './webhook-option.ts';

const KEY = /^data(\.[A-Za-z0-9_-]{1,100}){1,5}$/;

/** Queues the deliveries of one key behind each other: triggers on the outbox (core/db/migrations/m0020-ordering.ts). */
export const ordering = defineOption({
  schema: z
    .strictObject({
      key: z
        .string()
        .regex(KEY, { error: 'must be a path to a value in the payload, such as data.id or data.contact.id' })
        .meta({ description: 'the path of the value whose deliveries go out one after the other', example: 'data.id' }),
    })
    .nullable()
    .meta({ description: 'null: deliveries go out as soon as possible, side by side' }),
  default: null,
  description: 'whether deliveries whose events have the same value go out one after the other',
  takesEffect: 'for events that are accepted afterwards; deliveries that are in line keep their order',
  manual: `With \`{"key": "data.id"}\`, deliveries whose events have the same \`data.id\` go out in the order in which the events were accepted. Each waits until
the one before has ended: delivered, failed after its last attempt, or cancelled. A retry holds up its own value only; other values go on. A delivery that
waits is \`pending\`, and \`waits_for\` names the first in line.

- Events without a value at the path, or with \`null\`, are not ordered.
- Names are letters, digits, \`_\` and \`-\`, up to five below \`data\`. A number leads into an array.
- A manual retry of a delivery that has ended joins the end of the line. A delivery that waits cannot be retried (409 \`waits_in_line\`): retry the first in line, or cancel
  it.
- The order is that of the first attempts. An attempt whose result was lost in a crash is made again before the next delivery.
- Events that are emitted at the same time, without waiting for the answer, have no order; those of a batch have the order of the batch.`,
});
