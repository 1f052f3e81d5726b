import { z } from 'zod';
import { defineOption } from './webhook-option.ts';

/** The time for a whole attempt, from the name lookup to the end of the response (contract.md, A webhook). */
export const timeout = defineOption({
  schema: z.int().min(1).max(60).nullable().meta({
    description: "seconds for a whole attempt; null: the installation's `POSTHORN_ATTEMPT_TIMEOUT`",
    example: 30,
  }),
  default: null,
  description: 'how long an attempt may take',
  takesEffect: 'with the next attempt',
  onRequest: (seconds, request) => (seconds === null ? request : { ...request, timeoutMs: seconds * 1000 }),
});
