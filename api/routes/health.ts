import { z } from 'zod';
import { answerJson, answerText } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { content } from '../openapi/content.ts';
import type { Router } from '../routing.ts';

const Alive = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });
const NotReady = z.object({ status: z.literal('unavailable'), reason: z.string() }).meta({ id: 'NotReady' });

const MISSING_TABLE = '42P01';

export function addHealthRoutes(router: Router, deps: ApiDeps): void {
  router.addPublic({
    method: 'get',
    path: '/healthz',
    tag: 'Operation',
    operationId: 'checkHealth',
    summary: 'Whether the process is alive',
    responses: { 200: { description: 'It is', content: content(Alive) } },
    handle: () => answerJson({ status: 'ok' }),
  });

  router.addPublic({
    method: 'get',
    path: '/readyz',
    tag: 'Operation',
    operationId: 'checkReadiness',
    summary: 'Whether it can do its job',
    description: 'It needs the database; Temporal may be away.',
    responses: {
      200: { description: 'It can', content: content(Alive) },
      503: { description: 'It cannot, and why', content: content(NotReady) },
    },
    async handle() {
      const reason = await whyNotReady(deps);
      return reason === null ? answerJson({ status: 'ok' }) : answerJson({ status: 'unavailable', reason }, 503);
    },
  });

  router.addPublic({
    method: 'get',
    path: '/metrics',
    tag: 'Operation',
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    responses: { 200: { description: 'In its text format', content: { 'text/plain': { schema: z.string() } } } },
    async handle() {
      const { registry } = deps.metrics;
      return answerText(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
    },
  });
}

async function whyNotReady({ pool, log }: ApiDeps): Promise<string | null> {
  try {
    await pool.query('select 1 from webhooks limit 1');
    return null;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    log.warn({ err: error }, 'not ready');
    if (code === MISSING_TABLE) return 'the database has no schema yet: run the migration';
    return `the database does not answer${typeof code === 'string' ? ` (${code})` : ''}`;
  }
}
