import type { Context } from 'hono';
import type { Problem } from '../../core/contracts/errors.ts';
import { readSessionCookie, requireOwnOrigin, writeSessionCookie } from '../auth/cookie.ts';
import type { ApiDeps } from '../deps.ts';
import { answerProblem } from '../middleware/problem.ts';
import type { Router } from '../routing.ts';
import { accessesOf, describeOwner, type Access } from '../sign-on/access.ts';
import { SignOnFailure } from '../sign-on/failure.ts';
import { readReturnPath } from '../sign-on/flow.ts';
import { CALLBACK } from '../sign-on/identity-provider.ts';
import { answerChoice, answerFailure, answerWithoutRights } from '../sign-on/pages.ts';
import { isSignOn, type Choice } from '../sign-on/sign-on-sessions.ts';
import type { SignOn } from '../sign-on/sign-on.ts';

export const START = '/api/sso/start';
export const ACCESS = '/api/sso/access';

/** Pages for browsers, which the OpenAPI document does not have. */
export function addSingleSignOnRoutes(router: Router, deps: ApiDeps, signOn: SignOn): void {
  const add = (method: 'get' | 'post', path: string, operationId: string, handle: (c: Context) => Promise<Response>) =>
    router.addPublic({
      method,
      path,
      tag: 'Session',
      operationId,
      undocumented: true,
      responses: {},
      handle: (c) => handle(c).catch((error: unknown) => answerError(deps, signOn, c, error)),
    });

  add('get', START, 'startSingleSignOn', async (c) => {
    const { url, flow } = await signOn.provider.begin(
      readReturnPath(c.req.query('return_to')),
      c.req.query('as_other') !== undefined,
    );
    return redirect(url.href, signOn.cookie.write(flow));
  });

  add('get', CALLBACK, 'finishSingleSignOn', async (c) => {
    const flow = signOn.cookie.read(c);
    if (!flow || c.req.query('state') !== flow.state) throw notBegunHere();
    const person = await signOn.provider.finish(new URL(c.req.url).search, flow);
    const { groups, groupsClaim, sessionSeconds } = signOn.settings;
    const accesses = accessesOf(groups, person.groups);
    const response =
      accesses.length === 0
        ? await answerWithoutRights(person.name, person.groups, groupsClaim, `${START}?as_other`)
        : accesses.length === 1
          ? redirect(flow.returnTo)
          : await offer(deps, { accesses, current: null }, flow.returnTo);
    if (accesses.length > 0) {
      const token = await signOn.sessions.open(person);
      const options = { age: sessionSeconds, secure: signOn.secure };
      response.headers.append('Set-Cookie', writeSessionCookie(c, token, options));
    }
    response.headers.append('Set-Cookie', signOn.cookie.clear());
    return response;
  });

  add('get', ACCESS, 'readAccess', async (c) => {
    const { choice } = await readOpenChoice(signOn, c);
    return await offer(deps, choice, readReturnPath(c.req.query('return_to')));
  });

  add('post', ACCESS, 'chooseAccess', async (c) => {
    requireOwnOrigin(c);
    const { choice, token } = await readOpenChoice(signOn, c);
    const { platform, org_id = null } = c.req.query();
    const chosen = choice.accesses.find((access) => access.platform === platform && access.orgId === org_id);
    if (!chosen) throw new SignOnFailure(403, 'You have no rights there', 'Your groups have no rights for this owner.');
    await signOn.sessions.choose(token, chosen);
    return redirect(readReturnPath(c.req.query('return_to')));
  });
}

function notBegunHere(): SignOnFailure {
  return new SignOnFailure(
    400,
    'This sign-in was not begun here',
    'It was begun in another browser or window, was finished already, or took more than ten minutes. Start again.',
  );
}

function redirect(location: string, cookie?: string): Response {
  const headers = new Headers({ Location: location, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
  if (cookie !== undefined) headers.set('Set-Cookie', cookie);
  return new Response(null, { status: 303, headers });
}

/** @throws SignOnFailure */
async function readOpenChoice({ sessions }: SignOn, c: Context): Promise<{ token: string; choice: Choice }> {
  const token = readSessionCookie(c);
  const choice = token !== undefined && isSignOn(token) ? await sessions.readChoice(token) : null;
  if (token !== undefined && choice) return { token, choice };
  throw new SignOnFailure(401, 'The session is over', 'Sign in again.');
}

function offer({ registry }: ApiDeps, { accesses, current }: Choice, returnTo: string): Promise<Response> {
  return answerChoice(
    accesses.map((access) => ({
      label: describeOwner(registry, access),
      scopes: [...access.scopes].join(', '),
      isCurrent: access === current,
      action: writeAction(access, returnTo),
    })),
  );
}

function writeAction({ platform, orgId }: Access, returnTo: string): string {
  const query = new URLSearchParams({ platform: platform ?? '', return_to: returnTo });
  if (orgId !== null) query.set('org_id', orgId);
  return `${ACCESS}?${query.toString()}`;
}

/** Every error as a page, because a person reads it. */
async function answerError({ log }: ApiDeps, { cookie }: SignOn, c: Context, error: unknown): Promise<Response> {
  const failure = error instanceof SignOnFailure ? error : await describeError(error, c, log);
  if (error instanceof SignOnFailure && failure.status >= 500) {
    log.warn({ reason: [failure.message, ...failure.notes].join(' ') }, 'nobody was signed in by single sign-on');
  }
  const response = await answerFailure(failure, START);
  response.headers.append('Set-Cookie', cookie.clear());
  return response;
}

async function describeError(error: unknown, c: Context, log: ApiDeps['log']): Promise<SignOnFailure> {
  const { status, title, detail } = (await answerProblem(error, c.req.path, log).json()) as Problem;
  return new SignOnFailure(status, title, `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`);
}
