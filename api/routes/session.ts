import { Session, SignedOut, SignIn, SignInMethods } from '../../core/contracts/session.ts';
import { apisOf, type Platform } from '../../core/platforms/platform.ts';
import { answerJson, answerText } from '../answers.ts';
import { isAdmin, requireKnown } from '../auth/authorize.ts';
import { readSessionCookie, requireOwnOrigin, writeSessionCookie } from '../auth/cookie.ts';
import type { Principal } from '../auth/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { BODY_ERRORS, readJson } from '../middleware/body.ts';
import { content } from '../openapi/content.ts';
import { ACCESS, START } from './single-sign-on.ts';
import type { Router } from '../routing.ts';

const PATH = '/api/session';
const tag = 'Session';
const COOKIE = { description: 'the session', schema: { type: 'string' as const } };

export function addSessionRoutes(router: Router, deps: ApiDeps): void {
  const answer = (principal: Principal, cookie?: string) => {
    const response = answerJson(writeSession(deps, principal));
    response.headers.set('Cache-Control', 'no-store');
    if (cookie !== undefined) response.headers.set('Set-Cookie', cookie);
    return response;
  };

  router.addPublic({
    method: 'post',
    path: PATH,
    tag,
    operationId: 'signIn',
    summary: 'Sign in with a key',
    description: 'The session lasts for 12 hours after it was last read, and ends when its key is revoked.',
    errors: ['unauthorized', 'forbidden', ...BODY_ERRORS, 'internal_error', 'unavailable'],
    request: { body: { required: true, content: content(SignIn) } },
    responses: { 200: { description: 'Signed in', headers: { 'Set-Cookie': COOKIE }, content: content(Session) } },
    async handle(c) {
      if (c.req.header('origin') !== undefined) requireOwnOrigin(c);
      const { api_key } = await readJson(c, SignIn);
      const principal = requireKnown(await deps.keys.find(api_key));
      return answer(principal, writeSessionCookie(c, await deps.sessions.open(principal.id!)));
    },
  });

  router.addShared({
    method: 'get',
    path: PATH,
    tag,
    operationId: 'getSession',
    summary: 'Who is signed in',
    description:
      'Renews the session, except one of single sign-on. With a key in the header, it says whose key that is.',
    scopes: [],
    responses: { 200: { description: 'The session', content: content(Session) } },
    async handle({ c, principal }) {
      const token = c.req.header('authorization') === undefined ? readSessionCookie(c) : undefined;
      if (token === undefined) return answer(principal);
      const isRenewed = await deps.sessions.renew(token);
      return answer(principal, isRenewed ? writeSessionCookie(c, token) : undefined);
    },
  });

  router.addPublic({
    method: 'delete',
    path: PATH,
    tag,
    operationId: 'signOut',
    summary: 'Sign out',
    description:
      'The session is over at once. Without one, nothing happens. After single sign-on, the answer may say where the session with the identity ' +
      'provider ends.',
    errors: ['forbidden', 'internal_error', 'unavailable'],
    responses: {
      200: { description: 'Signed out here', headers: { 'Set-Cookie': COOKIE }, content: content(SignedOut) },
      204: { description: 'Signed out', headers: { 'Set-Cookie': COOKIE } },
    },
    async handle(c) {
      const headers = { 'Set-Cookie': writeSessionCookie(c, null), 'Cache-Control': 'no-store' };
      const token = readSessionCookie(c);
      if (token === undefined) return new Response(null, { status: 204, headers });
      requireOwnOrigin(c);
      const closed = await deps.sessions.close(token);
      const url = closed && (await deps.signOn?.provider.endSessionUrl(closed.idToken));
      if (!url) return new Response(null, { status: 204, headers });
      return answerText(JSON.stringify({ end_session_url: url } satisfies SignedOut), 200, headers);
    },
  });

  router.addPublic({
    method: 'get',
    path: `${PATH}/methods`,
    tag,
    operationId: 'listSignInMethods',
    summary: 'How to sign in',
    description: 'Keys always work. Single sign-on is there if it is configured.',
    responses: { 200: { description: 'The ways to sign in beside keys', content: content(SignInMethods) } },
    handle() {
      const { signOn } = deps;
      return answerJson({
        single_sign_on_url: signOn ? signOn.settings.publicUrl + START : null,
      } satisfies SignInMethods);
    },
  });
}

/** The session as the dashboard reads it. */
export function writeSession({ registry, retryUnitMs, temporalUiUrl }: ApiDeps, principal: Principal): Session {
  const visible = Object.values(registry).filter(({ id }) => principal.platform === null || principal.platform === id);
  return {
    name: principal.portal?.name ?? principal.name,
    platform: principal.platform,
    org_id: principal.orgId || null,
    scopes: [...principal.scopes],
    admin: isAdmin(principal),
    portal: principal.portal ?? null,
    switch_url: principal.hasChoice ? ACCESS : null,
    temporal_ui_url: principal.portal ? null : (temporalUiUrl ?? null),
    retry_unit_ms: retryUnitMs,
    platforms: visible.map((platform) => writePlatform(platform, principal)),
  };
}

/** Of a platform with two APIs, those that the caller may use. */
function writePlatform(platform: Platform, { orgId }: Principal): Session['platforms'][number] {
  const apis = apisOf(platform);
  const [own, other] =
    orgId === null ? apis : apis.filter(({ scope }) => (scope === 'organization') === (orgId !== ''));
  const { id, scope, apiBase, headerPrefix, emitter } = own!;
  return {
    id,
    label: platform.label,
    scope: other ? 'either' : scope,
    api_base: apiBase,
    organization_api_base: other?.apiBase ?? null,
    header_prefix: headerPrefix,
    emits: emitter === undefined,
  };
}
