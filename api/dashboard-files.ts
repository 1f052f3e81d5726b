import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'hono';

const BUILT = fileURLToPath(new URL('../build/ui/', import.meta.url));
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

const ABSENT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Posthorn</title></head>
<body><h1>Posthorn</h1><p>The dashboard is not built here: there is no folder build/ui.</p>
<p><a href="/api/docs">The API reference</a></p></body></html>
`;

interface DashboardFile {
  bytes: Buffer;
  headers: Record<string, string>;
  /** Compressed ahead, by encoding. */
  compressed: Partial<Record<(typeof ENCODINGS)[number]['name'], Buffer>>;
}

export type DashboardFiles = (c: Context) => Response | null;

/**
 * Serves the built dashboard from memory: its files by their paths, and its page for every other path, since the page itself
 * knows which exist. Null where an asset is asked for that there is not.
 */
export async function loadDashboard(folder = BUILT): Promise<DashboardFiles> {
  const files = await readFiles(folder);
  const page = files.get('/index.html');
  if (!page) files.set('/', describe('/index.html', Buffer.from(ABSENT), {}));
  return (c) => {
    const file = files.get(c.req.path) ?? (extname(c.req.path) === '' ? page : undefined);
    if (!file) return null;
    const accepted = c.req.header('accept-encoding') ?? '';
    const encoding = ENCODINGS.find(({ name }) => file.compressed[name] && accepted.includes(name))?.name;
    const bytes = (encoding && file.compressed[encoding]) ?? file.bytes;
    const headers = { ...file.headers, ...(encoding && { 'Content-Encoding': encoding }) };
    return new Response(c.req.method === 'HEAD' ? null : new Uint8Array(bytes), {
      headers: { ...headers, 'Content-Length': String(bytes.length) },
    });
  };
}

async function readFiles(folder: string): Promise<Map<string, DashboardFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const bytes = new Map<string, Buffer>();
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    bytes.set(`/${file.slice(folder.length).replace(/^\/+/, '')}`, await readFile(file));
  }
  const files = new Map<string, DashboardFile>();
  for (const [path, content] of bytes) {
    if (ENCODINGS.some(({ suffix }) => path.endsWith(suffix) && bytes.has(path.slice(0, -suffix.length)))) continue;
    const compressed = Object.fromEntries(
      ENCODINGS.flatMap(({ name, suffix }) => {
        const found = bytes.get(path + suffix);
        return found ? [[name, found]] : [];
      }),
    );
    files.set(path, describe(path, content, compressed));
  }
  return files;
}

function describe(path: string, bytes: Buffer, compressed: DashboardFile['compressed']): DashboardFile {
  const isPage = path.endsWith('.html');
  const headers = {
    'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
    'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    ...(Object.keys(compressed).length > 0 && { Vary: 'Accept-Encoding' }),
    ...(isPage && { 'Content-Security-Policy': writePolicy(bytes.toString('utf8')), 'X-Frame-Options': 'DENY' }),
  };
  return { bytes, headers, compressed };
}

/** Nothing comes from another host, and of scripts within the page only those that it was built with run. */
function writePolicy(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code = '']) => code);
  const hashes = inline.map((code) => ` 'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  return [
    `default-src 'none'`,
    `script-src 'self'${hashes.join('')}`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'`,
    `manifest-src 'self'`,
    `form-action 'self'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
