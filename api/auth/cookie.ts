import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { AppError } from '../../core/contracts/errors.ts';
import { PORTAL_SESSION_SECONDS } from './portal-sessions.ts';
import { SESSION_SECONDS } from './sessions.ts';

const NAME = 'posthorn_session';
const PORTAL_NAME = 'posthorn_portal';
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

export function readSessionCookie(c: Context): string | undefined {
  return getCookie(c, NAME);
}

/** The `Set-Cookie` header that stores the token for `age` seconds, or deletes it if null. */
export function writeSessionCookie(
  c: Context,
  token: string | null,
  { age = SESSION_SECONDS, secure = isHttps(c) } = {},
): string {
  const life = `Max-Age=${token === null ? 0 : age}`;
  return `${NAME}=${token ?? ''}; Path=/; ${life}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

export function readPortalCookie(c: Context): string | undefined {
  return getCookie(c, PORTAL_NAME);
}

/**
 * The header `Set-Cookie` of a portal session. Only the pages of its link send it. Over https, a session in a frame gets a cookie that
 * works within another site, and only there.
 */
export function writePortalCookie(c: Context, link: string, token: string, framed: boolean): string {
  const https = isHttps(c);
  const site = https && framed ? 'SameSite=None; Partitioned' : 'SameSite=Strict';
  const path = `Path=/portal/${link}; Max-Age=${PORTAL_SESSION_SECONDS}`;
  return `${PORTAL_NAME}=${token}; ${path}; HttpOnly; ${site}${https ? '; Secure' : ''}`;
}

/** The origin that the request was sent to, as the caller wrote it. */
export function readOrigin(c: Context): string {
  return `${isHttps(c) ? 'https' : 'http'}://${c.req.header('host') ?? new URL(c.req.url).host}`;
}

/**
 * Protects against CSRF: requests that change something with a cookie must be same-origin.
 * @throws AppError forbidden
 */
export function requireOwnOrigin(c: Context): void {
  if (SAFE.includes(c.req.method)) return;
  if (c.req.header('sec-fetch-site') === 'same-origin') return;
  if (URL.parse(c.req.header('origin') ?? '')?.host === c.req.header('host')) return;
  throw new AppError('forbidden', 'a request with the session cookie must come from the dashboard itself');
}

/** Behind a TLS proxy, the header `X-Forwarded-Proto` tells. */
function isHttps(c: Context): boolean {
  return (c.req.header('x-forwarded-proto') ?? new URL(c.req.url).protocol).startsWith('https');
}
