import type { Context } from 'hono';
import type { Logger } from 'pino';
import { z } from 'zod';
import { AppError, invalidRequest, type FieldError } from '../../core/contracts/errors.ts';
import {
  AcceptedEvent,
  BATCH_LIMIT,
  BatchAnswer,
  batchInput,
  eventInput,
  IdempotencyKey,
} from '../../core/contracts/event.ts';
import type { Changes } from '../../core/db/changes.ts';
import type { Span } from '../../core/tracing/tracing.ts';
import type { Emission, EmitResult } from '../../delivery/accept/emission.ts';
import { TooManyDeliveriesError } from '../../delivery/accept/too-many-deliveries.ts';
import { splitArray, splitObject } from '../../delivery/body/split.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { answerText } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { readEvent, readKeyHeader, readKeyMember, timestampOf, type EventReader } from '../emission/read-event.ts';
import { describeResults, traceEmissions, traceEmit } from '../emission/trace-emit.ts';
import { BODY_ERRORS, encodeBody, withText } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams } from '../paths.ts';
import type { Router } from '../routing.ts';

/** The maximum size of a batch in bytes. */
const BATCH_BYTES = 16 * 1024 * 1024;
const CONFLICT = 'this idempotency key was used for another event; take a new key for a new event';
const NOT_RECALLED =
  'this idempotency key was used before, and the first answer to it cannot be read right now; try again with the same key';
const NOT_FOR_CLIENTS =
  'Posthorn emits these events itself; to try a receiver, send a test event with POST …/webhooks/{id}/test';
const ERRORS = [...BODY_ERRORS, 'overloaded'] as const;

/** The hot path: reads bodies without the framework's validation and logs nothing. */
export function addEventRoutes(router: Router, deps: ApiDeps, platform: Platform): void {
  if (platform.emitter === 'posthorn') return refuseEvents(router, platform);
  const types = platform.eventTypes.map(({ type }) => type);
  const reader: EventReader = {
    platform: platform.id,
    eventTypes: new Map(platform.eventTypes.map((one) => [one.type, one])),
  };
  const shared = { platform, method: 'post', scope: 'events:write', tag: `${platform.label} events` } as const;
  const examples = Object.fromEntries(
    platform.eventTypes.map(({ type, description, example }) => [
      type,
      { summary: description, value: { event: type, data: example } },
    ]),
  );

  const traced = (
    path: string,
    c: Context,
    orgId: string,
    limit: number,
    handle: (text: string, span: Span | null) => Promise<Response>,
  ) =>
    traceEmit(deps.tracing, { c, path: `${platform.apiBase}/${path}`, platform: platform.id, orgId }, (span) =>
      withText(c, limit, deps.bodies, (text) => handle(text, span)),
    );

  router.addForPlatform({
    ...shared,
    path: `${platform.apiBase}/events`,
    operationId: operationId(platform, 'emitEvent'),
    summary: 'Emit an event',
    description: 'Answers after the commit: what is accepted is delivered. Members that are not known are ignored.',
    errors: [...ERRORS, 'idempotency_conflict'],
    request: {
      params: pathParams(platform),
      headers: z.object({ 'Idempotency-Key': IdempotencyKey.optional() }),
      body: { required: true, content: content(eventInput(types), examples) },
    },
    responses: {
      202: {
        description: 'Accepted',
        headers: {
          'Idempotent-Replayed': {
            description: '`true`: the key was used for this event before, and this is the first answer again',
            schema: { type: 'string', enum: ['true'] },
          },
        },
        content: content(AcceptedEvent),
      },
    },
    handle: ({ c, orgId }) =>
      traced('events', c, orgId, deps.bodyLimit, async (text, span) => {
        const json = encodeBody(text);
        const errors: FieldError[] = [];
        const key = readKeyHeader(c.req.header('idempotency-key'), errors);
        const emission = readEvent(reader, requireObject(json), orgId, key, errors);
        if (errors.length > 0) throw invalidRequest(errors);
        traceEmissions(span, [emission!]);
        const [result] = await deps.intake.emit([emission!]);
        describeResults(span, [result!]);
        if (result!.kind !== 'accepted') throw refuse(result!, deps.log);
        countAccepted(deps, platform, [result!]);
        tellAccepted(deps.changes, platform.id, orgId, [result!]);
        return answerText(
          writeAccepted(emission!, result!),
          202,
          result!.replayed ? { 'Idempotent-Replayed': 'true' } : {},
        );
      }),
  });

  router.addForPlatform({
    ...shared,
    path: `${platform.apiBase}/events/batch`,
    operationId: operationId(platform, 'emitEvents'),
    summary: 'Emit up to 1,000 events',
    description:
      'All or none: one event that is not valid refuses the whole batch. Only an idempotency key that stands for another event, or one ' +
      'whose first answer cannot be read right now, does not: its result is an error, the others are accepted.',
    errors: ERRORS,
    request: { params: pathParams(platform), body: { required: true, content: content(batchInput(types)) } },
    responses: { 202: { description: 'Accepted', content: content(BatchAnswer) } },
    handle: ({ c, orgId }) =>
      traced('events/batch', c, orgId, BATCH_BYTES, async (text, span) => {
        const members = requireObject(encodeBody(text));
        const emissions = readBatch(reader, members.get('events'), orgId, deps.bodyLimit);
        traceEmissions(span, emissions);
        const results = await deps.intake.emit(emissions).catch(refuseTooMany);
        describeResults(span, results);
        countAccepted(deps, platform, results);
        tellAccepted(deps.changes, platform.id, orgId, results);
        const written = results.map((result, index) =>
          result.kind === 'accepted'
            ? writeAccepted(emissions[index]!, result)
            : writeRefused(refuse(result, deps.log)),
        );
        return answerText(`{"results":[${written.join(',')}]}`, 202);
      }),
  });
}

function refuseEvents(router: Router, platform: Platform): void {
  for (const path of ['events', 'events/batch']) {
    router.addForPlatform({
      platform,
      method: 'post',
      path: `${platform.apiBase}/${path}`,
      scope: [],
      tag: `${platform.label} events`,
      operationId: operationId(platform, `refuse_${path}`),
      summary: 'Always refused',
      responses: {},
      undocumented: true,
      handle: () => Promise.reject(new AppError('forbidden', NOT_FOR_CLIENTS)),
    });
  }
}

function refuseTooMany(error: unknown): never {
  if (!(error instanceof TooManyDeliveriesError)) throw error;
  const message = `would make ${error.deliveries} deliveries, and a request makes at most ${error.most}; send fewer at once`;
  throw invalidRequest([{ path: 'events', message }]);
}

function countAccepted({ metrics }: ApiDeps, platform: Platform, results: EmitResult[]): void {
  const fresh = results.flatMap((result) => (result.kind === 'accepted' && !result.replayed ? [result] : []));
  const deliveries = fresh.reduce((sum, result) => sum + result.deliveries.length, 0);
  if (fresh.length > 0) metrics.countAccepted(platform.id, fresh.length, deliveries);
}

function tellAccepted(changes: Changes, platform: string, orgId: string, results: EmitResult[]): void {
  changes.touch(platform, orgId);
  for (const result of results) {
    if (result.kind !== 'accepted') continue;
    for (const { id } of result.deliveries) changes.delivery(platform, orgId, id);
  }
}

function refuse(result: Exclude<EmitResult, { kind: 'accepted' }>, log: Logger): AppError {
  if (result.kind === 'conflict') return new AppError('idempotency_conflict', CONFLICT);
  log.warn({ err: result.error }, 'reading an idempotent replay failed');
  return new AppError('unavailable', NOT_RECALLED, { headers: { 'Retry-After': '1' } });
}

function readBatch(reader: EventReader, json: string | undefined, orgId: string, limit: number): Emission[] {
  const items = json === undefined ? null : splitArray(json);
  if (!items)
    throw invalidRequest([{ path: 'events', message: json === undefined ? 'is required' : 'must be an array' }]);
  if (items.length === 0) throw invalidRequest([{ path: 'events', message: 'must not be empty' }]);
  if (items.length > BATCH_LIMIT) {
    throw invalidRequest([
      { path: 'events', message: `must have at most ${BATCH_LIMIT} items; it has ${items.length}` },
    ]);
  }
  const errors: FieldError[] = [];
  const emissions = items.map((item, index) => {
    const at = `events[${index}]`;
    const members = splitObject(item);
    if (!members) errors.push({ path: at, message: 'must be an object' });
    else if (item.length > limit) errors.push({ path: at, message: `has more than ${limit} bytes` });
    if (!members || item.length > limit) return null;
    const key = readKeyMember(members.get('idempotency_key'), errors, `${at}.`);
    return readEvent(reader, members, orgId, key, errors, `${at}.`);
  });
  if (errors.length > 0) throw invalidRequest(errors);
  return emissions as Emission[];
}

function requireObject(json: string): Map<string, string> {
  const members = splitObject(json);
  if (!members) throw invalidRequest([{ path: '', message: 'the body must be a JSON object' }]);
  return members;
}

function writeRefused({ code, message }: AppError): string {
  return JSON.stringify({ error: { code, detail: message } });
}

function writeAccepted(emission: Emission, result: EmitResult & { kind: 'accepted' }): string {
  const timestamp = timestampOf(emission.eventType, result.body);
  const deliveries = result.deliveries
    .map(({ id, webhookId }) => `{"id":"${id}","webhook_id":"${webhookId}"}`)
    .join(',');
  return `{"id":"${result.eventId}","event":"${emission.eventType}","timestamp":"${timestamp}","deliveries":[${deliveries}]}`;
}
