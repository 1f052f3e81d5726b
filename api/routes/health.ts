import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { writeScrape } from '../../core/metrics/scrape.ts';
import { findHorizon, findOldestNeeded, type OldestNeeded } from '../../delivery/statistics/table-state.ts';
import { answerJson, answerText } from '../answers.ts';
import { readHandover } from '../dashboard/health.ts';
import { SharedReads } from '../dashboard/shared-reads.ts';
import type { ApiDeps } from '../deps.ts';
import { addIntakeGauges } from '../metrics.ts';
import { content } from '../openapi/content.ts';
import type { Router } from '../routing.ts';
import { addTableGauges, addWaitingGauges } from '../table-metrics.ts';

const Alive = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' });
const Ready = z
  .object({
    status: z.literal('ok'),
    partitions_until: z.iso.datetime().meta({ description: 'until then there are partitions to store events in' }),
    oldest_needed_id: z
      .uuid()
      .nullable()
      .meta({ description: 'the oldest delivery that has not ended; null: none, or not known in time' }),
    oldest_needed_at: z.iso.datetime().nullable().meta({ description: 'the time in that id' }),
  })
  .meta({ id: 'Ready' });
const NotReady = z.object({ status: z.literal('unavailable'), reason: z.string() }).meta({ id: 'NotReady' });

const MISSING_TABLE = '42P01';
/** How often the oldest needed delivery is looked up. An old snapshot can make this slow, so readiness does not wait for it. */
const OLDEST_LIFE_MS = 30_000;
const OLDEST_PATIENCE_MS = 500;

export function addHealthRoutes(router: Router, deps: ApiDeps): void {
  const readOldest = shareOldest(deps);
  const { registry } = deps.metrics;
  addIntakeGauges(registry, deps.bodies, deps.intake);
  addTableGauges(registry, { reads: deps.reads, oldest: readOldest, handover: () => readHandover(deps) });
  addWaitingGauges(registry, deps.reads);

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
      200: { description: 'It can', content: content(Ready) },
      503: { description: 'It cannot, and why', content: content(NotReady) },
    },
    async handle() {
      const { horizon, reason } = await checkReadiness(deps);
      if (!horizon) return answerJson({ status: 'unavailable', reason }, 503);
      const oldest = await Promise.race([
        readOldest().catch(() => null),
        sleep(OLDEST_PATIENCE_MS, null, { ref: false }),
      ]);
      return answerJson({
        status: 'ok',
        partitions_until: horizon.toISOString(),
        oldest_needed_id: oldest?.id ?? null,
        oldest_needed_at: oldest?.at.toISOString() ?? null,
      });
    },
  });

  router.addPublic({
    method: 'get',
    path: '/metrics',
    tag: 'Operation',
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    description: 'In its text format, or as OpenMetrics if `Accept` prefers that.',
    responses: {
      200: {
        description: 'The metrics of this process',
        content: { 'text/plain': { schema: z.string() }, 'application/openmetrics-text': { schema: z.string() } },
      },
    },
    async handle(c) {
      const { body, contentType } = writeScrape([await registry.metrics()], c.req.header('accept'));
      return answerText(body, 200, { 'Content-Type': contentType });
    },
  });
}

function shareOldest({ reads }: ApiDeps): () => Promise<OldestNeeded | null> {
  const shared = new SharedReads<OldestNeeded | null>(OLDEST_LIFE_MS);
  return () => shared.get('', () => findOldestNeeded(reads));
}

async function checkReadiness({ pool, log }: ApiDeps): Promise<{ horizon: Date | null; reason: string }> {
  try {
    return { horizon: await findHorizon(pool), reason: 'there is no partition for new events: start a worker' };
  } catch (error) {
    log.warn({ err: error }, 'not ready');
    return { horizon: null, reason: explain((error as { code?: unknown }).code) };
  }
}

function explain(code: unknown): string {
  if (code === MISSING_TABLE) return 'the database has no schema yet: run the migration';
  return `the database does not answer${typeof code === 'string' ? ` (${code})` : ''}`;
}
