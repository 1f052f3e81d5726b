import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Context, MiddlewareHandler } from 'hono';

const BUILT = fileURLToPath(new URL('../build/ui/', import.meta.url));

const ABSENT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Posthorn</title></head>
<body><h1>Posthorn</h1><p>The dashboard is not built here: there is no folder build/ui.</p>
<p><a href="/api/docs">The API reference</a></p></body></html>
`;

/**
 * Serves the built dashboard: files by path, and index.html for every path without an extension, because the dashboard does its own
 * routing. Sends the compressed version of a file if the build created one.
 * Only the pages of portals may be in a frame, and only on `portalOrigins`.
 */
export async function loadDashboard(portalOrigins: readonly string[], folder = BUILT): Promise<MiddlewareHandler> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch(() => null);
  if (page === null) return async (c, next) => (c.req.path === '/' ? c.html(ABSENT) : await next());
  const policies = { page: writePolicy(page, []), portal: writePolicy(page, portalOrigins) };
  const onFound = (_: string, c: Context) => {
    describe(c);
    if (isPage(c)) protect(c, c.req.path.startsWith('/portal/') ? policies.portal : policies.page);
  };
  const options = { root: folder, precompressed: true, onFound };
  const [servePage, serveFile] = [serveStatic({ ...options, path: 'index.html' }), serveStatic(options)];
  return async (c, next) => await (isPage(c) ? servePage : serveFile)(c, next);
}

function isPage(c: Context): boolean {
  return extname(c.req.path) === '' || c.req.path === '/index.html';
}

function describe(c: Context): void {
  const isFixed = c.req.path.startsWith('/assets/');
  c.header('Cache-Control', isFixed ? 'public, max-age=31536000, immutable' : 'no-cache');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
}

interface Policy {
  text: string;
  mayBeFramed: boolean;
}

function protect(c: Context, { text, mayBeFramed }: Policy): void {
  c.header('Content-Security-Policy', text);
  if (!mayBeFramed) c.header('X-Frame-Options', 'DENY');
}

/** Allows no other hosts, and of inline scripts only those of the build. */
function writePolicy(html: string, framedBy: readonly string[]): Policy {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code = '']) => code);
  const hashes = inline.map((code) => ` 'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  const directives = [
    `default-src 'none'`,
    `script-src 'self'${hashes.join('')}`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `manifest-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `frame-ancestors ${framedBy.join(' ') || "'none'"}`,
  ];
  return { text: directives.join('; '), mayBeFramed: framedBy.length > 0 };
}
