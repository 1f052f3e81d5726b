import { AppError } from '../../core/contracts/errors.ts';
import { NewWebhook, SecretRotationInput, Webhook as WebhookAnswer } from '../../core/contracts/webhook.ts';
import type { Webhook } from '../../core/db/entities/webhook.ts';
import type { Platform } from '../../core/platforms/platform.ts';
import { endRotation, rotateSecret } from '../../delivery/attempt/rotate-secret.ts';
import { generateSecret } from '../../delivery/attempt/sign.ts';
import { tellSecretRotated } from '../../delivery/operational/tell.ts';
import { answerJson } from '../answers.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { operationId, pathParams } from '../paths.ts';
import type { Router } from '../routing.ts';
import { changeWebhook, whichOf } from './change-webhook.ts';
import { writeWebhook } from './webhook-fields.ts';

export function addSecretRotationRoutes(router: Router, deps: ApiDeps, platform: Platform): void {
  const { secretBox } = deps;
  const shared = {
    platform,
    method: 'post',
    scope: 'webhooks:write',
    tag: `${platform.label} webhooks`,
  } as const;
  const path = `${platform.apiBase}/${platform.webhooksPath}/{id}/secret/rotate`;
  const params = pathParams(platform, 'id');

  router.addForPlatform({
    ...shared,
    path,
    operationId: operationId(platform, 'rotateSecret'),
    summary: 'Rotate the secret of a webhook',
    description:
      'Gives it a new secret. Until the overlap ends, both secrets are valid: `webhook-signature` has a signature with each, ' +
      `\`${platform.headerPrefix}Signature\` is signed with the old secret and \`${platform.headerPrefix}Signature-Next\` with the new ` +
      'one. Then the new secret alone signs. Only this response contains the new secret: store it.',
    errors: ['not_found', 'rotation_in_progress', ...BODY_ERRORS],
    request: { params, body: { required: false, content: content(SecretRotationInput) } },
    responses: { 200: { description: 'The webhook with its new secret', content: content(NewWebhook) } },
    async handle(call) {
      const where = whichOf(platform, call);
      const {
        overlap,
        force,
        secret = generateSecret(),
      } = await readJson(call.c, SecretRotationInput, {
        emptyAllowed: true,
      });
      const webhook = await changeWebhook(deps, {
        call,
        where,
        action: 'webhook.secret_rotated',
        async apply({ execute }, { id: webhookId, secretRotationEndsAt: running }) {
          if (running && !force) refuse(running);
          const sealed = secretBox.seal(secret);
          const expiresAt = await rotateSecret(execute, { webhookId, secret: sealed, overlap });
          await tellSecretRotated(execute, { platform: platform.id, orgId: where.orgId, webhookId }, expiresAt);
          return { expires_at: expiresAt?.toISOString() ?? null, ...(running && { forced: true }) };
        },
      });
      return answerJson({ ...writeWebhook(webhook, secretBox), secret });
    },
  });

  router.addForPlatform({
    ...shared,
    path: `${path}/end`,
    operationId: operationId(platform, 'endSecretRotation'),
    summary: 'End the rotation of a secret',
    description:
      'Drops the old secret: the new one alone signs from the next attempt on. Repeating it changes nothing.',
    errors: ['not_found'],
    request: { params },
    responses: { 200: { description: 'The webhook', content: content(WebhookAnswer) } },
    async handle(call) {
      const webhook = await changeWebhook(deps, {
        call,
        where: whichOf(platform, call),
        action: 'webhook.secret_rotation_ended',
        apply: async ({ execute }, { id }) => ((await endRotation(execute, id)) ? {} : null),
      });
      return answerJson(writeWebhook(webhook, secretBox));
    },
  });
}

function refuse(running: NonNullable<Webhook['secretRotationEndsAt']>): never {
  throw new AppError(
    'rotation_in_progress',
    `its secret was rotated before, and both secrets are valid until ${running.toISOString()}: end that rotation first, or ` +
      'send {"force": true}, which drops the oldest secret at once',
  );
}
